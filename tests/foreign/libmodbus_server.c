// A libmodbus server with known values of every type. Arguments: `tcp PORT` or `rtu PATH` for a serial line.
// Prints the port or path.
#include <modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REGISTERS = 40 };

static int put(uint16_t *to, uint64_t value, int registers) {
    for (int i = 0; i < registers; i++) to[i] = (uint16_t)(value >> 16 * (registers - 1 - i));
    return registers;
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void fill(modbus_mapping_t *map) {
    uint16_t *r = map->tab_registers;
    r += put(r, 65535, 1);
    r += put(r, (uint16_t)-12345, 1);
    r += put(r, 4000000000u, 2);
    r += put(r, (uint32_t)-2000000000, 2);
    r += put(r, (UINT64_C(1) << 63) + 1, 4);
    r += put(r, (uint64_t)(-(INT64_C(1) << 62) - 1), 4);
    float f = 3.25f;
    uint32_t single;
    memcpy(&single, &f, sizeof single);
    r += put(r, single, 2);
    r += put(r, bits_of(-0.1), 4);
    r += put(r, 305419896u << 16 | 305419896u >> 16, 2); // low word first
    r += put(r, 8, 1);
    r += put(r, 0x12345678, 2);
    for (const char *text = "RECIPE 7"; *text; text += 2) r += put(r, (uint16_t)(text[0] << 8 | text[1]), 1);
    for (int i = 30; i < REGISTERS; i++) map->tab_registers[i] = (uint16_t)i;
    map->tab_input_registers[0] = 777;
    map->tab_bits[0] = map->tab_bits[2] = 1;
    map->tab_input_bits[1] = 1;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int is_rtu = strcmp(argv[1], "rtu") == 0;
    modbus_t *ctx = is_rtu ? modbus_new_rtu(argv[2], 115200, 'N', 8, 1) : modbus_new_tcp("127.0.0.1", atoi(argv[2]));
    modbus_mapping_t *map = modbus_mapping_new(8, 8, REGISTERS, 4);
    if (!ctx || !map) return 1;
    fill(map);
    int listener = -1;
    if (is_rtu) {
        modbus_set_slave(ctx, 1);
        if (modbus_connect(ctx) < 0) return 1;
    } else if ((listener = modbus_tcp_listen(ctx, 4)) < 0) {
        return 1;
    }
    puts(argv[2]);
    fflush(stdout);
    for (;;) {
        if (!is_rtu && modbus_tcp_accept(ctx, &listener) < 0) return 1;
        uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
        for (;;) {
            int length = modbus_receive(ctx, request);
            if (length > 0) modbus_reply(ctx, request, length, map);
            else if (length < 0 && !is_rtu) break;
        }
        modbus_close(ctx);
    }
}
