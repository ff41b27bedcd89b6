//! Tables for people: columns as wide as what is in them. Pure.

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Lines of text, the heads first. Columns in which nothing stands are left out; no line ends with blanks.
pub(super) fn table(heads: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    let is_used = |column: usize| rows.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()));
    let used: Vec<usize> = (0..heads.len()).filter(|column| is_used(*column)).collect();
    let head: Vec<String> = heads.iter().map(|(head, _)| (*head).to_owned()).collect();
    let lines = || std::iter::once(&head).chain(rows);
    let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
    let width = |column: usize| lines().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
    let widths: Vec<(usize, usize, Align)> = used
        .iter()
        .map(|column| (*column, width(*column), heads.get(*column).map_or(Align::Left, |(_, align)| *align)))
        .collect();
    let mut text = String::new();
    for row in lines() {
        let cells = widths.iter().map(|(column, width, align)| {
            let (cell, width) = (cell(row, *column), *width);
            match align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            }
        });
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_18_tables_are_as_wide_as_what_is_in_them() {
        let heads = [("register", Align::Left), ("u16", Align::Right), ("i16", Align::Right), ("text", Align::Left)];
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let text = table(&heads, &[row(["holding:7", "1", "", "ü"]), row(["a", "65535", "", ""]), vec!["b".into()]]);
        assert_eq!(text, "register     u16  text\nholding:7      1  ü\na          65535\nb\n");
    }
}
