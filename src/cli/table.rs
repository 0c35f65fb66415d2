//! Columns for the terminal. Owns widths only.

use super::output::{clean, dim, line};

/// Widest cell, characters.
const WIDEST: usize = 60;

/// Prints rows under a header; nothing but `empty` if there are none.
pub(super) fn show<const N: usize>(header: [&str; N], rows: &[[String; N]], empty: &str) {
    if rows.is_empty() {
        line(dim(empty));
        return;
    }
    let mut widths = header.map(str::len);
    let rows: Vec<[String; N]> =
        rows.iter().map(|row| row.each_ref().map(|cell| clean(cell, WIDEST))).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    line(dim(&laid_out(&header.map(str::to_owned), &widths)));
    for row in &rows {
        line(laid_out(row, &widths));
    }
}

fn laid_out(cells: &[String], widths: &[usize]) -> String {
    let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[test]
    fn cells_stand_under_each_other_and_lines_have_no_tail() {
        let cells = ["äb".to_owned(), String::new()];
        assert_eq!(laid_out(&cells, &[4, 3]), "äb");
        assert_eq!(laid_out(&["a".into(), "b".into()], &[3, 1]), "a    b");
    }
}
