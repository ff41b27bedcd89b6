/* OEE of one machine in one straight pass over sorted arrays: what a C programmer would write by hand.
 * Input file: five counts, then changes (at, activity), shift windows (from, to), stops (from, to),
 * buckets (at, total, rejected, ideal), all int64; last the time up to which machine time is known.
 * Arguments: file, passes. Prints microseconds of one pass, then planned, downtime, run, total and ideal sums. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct { int64_t from, to; } span;
typedef struct { int64_t at, activity; } change;
typedef struct { int64_t at, total, rejected, ideal; } bucket;

enum { RUNNING = 0, SETUP = 2, NO_DATA = 6 };

static int64_t low(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t high(int64_t a, int64_t b) { return a > b ? a : b; }

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    FILE *f = fopen(argv[1], "rb");
    int64_t n[5];
    if (!f || fread(n, 8, 5, f) != 5) return 2;
    change *c = malloc(sizeof *c * (size_t)n[0]);
    span *w = malloc(sizeof *w * (size_t)n[1]), *s = malloc(sizeof *s * (size_t)(n[2] + 1));
    bucket *b = malloc(sizeof *b * (size_t)n[3]);
    if (fread(c, sizeof *c, (size_t)n[0], f) != (size_t)n[0] || fread(w, sizeof *w, (size_t)n[1], f) != (size_t)n[1] ||
        fread(s, sizeof *s, (size_t)n[2], f) != (size_t)n[2] || fread(b, sizeof *b, (size_t)n[3], f) != (size_t)n[3]) return 2;
    int64_t known = n[4], passes = atoll(argv[2]);
    int64_t planned = 0, downtime = 0, run = 0, total = 0, rejected = 0;
    __int128 ideal = 0;
    struct timespec t0, t1;
    clock_gettime(CLOCK_MONOTONIC, &t0);
    for (int64_t p = 0; p < passes; p++) {
        planned = downtime = run = total = rejected = 0;
        ideal = 0;
        int64_t wi = 0, si = 0;
        for (int64_t i = 0; i < n[0]; i++) {
            int64_t from = c[i].at, to = i + 1 < n[0] ? c[i + 1].at : known, a = c[i].activity;
            if (a == NO_DATA) continue;
            while (wi < n[1] && w[wi].to <= from) wi++;
            for (int64_t k = wi; k < n[1] && w[k].from < to; k++) {
                int64_t x = high(from, w[k].from), y = low(to, w[k].to);
                planned += y - x;
                if (a == RUNNING) run += y - x;
                if (a == SETUP) { downtime += y - x; continue; }
                while (si < n[2] && s[si].to <= x) si++;
                for (int64_t q = si; q < n[2] && s[q].from < y; q++) downtime += low(y, s[q].to) - high(x, s[q].from);
            }
        }
        int64_t ci = 0, wj = 0;
        for (int64_t i = 0; i < n[3]; i++) {
            int64_t at = b[i].at;
            while (ci + 1 < n[0] && c[ci + 1].at <= at) ci++;
            while (wj < n[1] && w[wj].to <= at) wj++;
            if (wj == n[1] || at < w[wj].from || c[ci].activity == NO_DATA) continue;
            total += b[i].total;
            rejected += b[i].rejected;
            ideal += (__int128)b[i].ideal * b[i].total;
        }
        __asm__ volatile("" : : "g"(planned + downtime + run + total + (int64_t)ideal) : "memory");
    }
    clock_gettime(CLOCK_MONOTONIC, &t1);
    double micros = ((double)(t1.tv_sec - t0.tv_sec) * 1e9 + (double)(t1.tv_nsec - t0.tv_nsec)) / 1e3 / (double)passes;
    printf("%f %ld %ld %ld %ld %ld\n", micros, (long)planned, (long)downtime, (long)run, (long)total, (long)(ideal / 1000));
    return 0;
}
