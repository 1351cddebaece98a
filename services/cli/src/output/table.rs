//! Tables: columns three blanks apart, one line a row, cut to the terminal where that is needed.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Paint, Screen, clean};

const GAP: usize = 3;
const MIN_CUT_WIDTH: usize = 8;

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    title: &'static str,
    may_be_cut: bool,
}

impl Column {
    /// A column that is always shown whole: names, states, numbers.
    pub fn whole(title: &'static str) -> Self {
        Self {
            title,
            may_be_cut: false,
        }
    }

    /// A column that gives way first on a narrow terminal: messages, images, node names.
    pub fn cut(title: &'static str) -> Self {
        Self {
            title,
            may_be_cut: true,
        }
    }
}

/// One cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    text: String,
    paint: Paint,
}

impl Cell {
    /// Text with a meaning.
    pub fn painted(text: impl AsRef<str>, paint: Paint) -> Self {
        Self {
            text: clean(text.as_ref()),
            paint,
        }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::painted(text, Paint::Plain)
    }
}

/// Rows under columns.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

/// Widths, so that rows printed later (in a watch) stand under those printed before.
#[derive(Debug, Clone)]
pub struct Layout {
    widths: Vec<usize>,
    cut: bool,
}

impl Table {
    /// No rows yet.
    pub fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row; what is missing is empty, what is too much is not shown.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// The widths that its rows need, within the screen's.
    pub fn layout(&self, screen: &Screen, headers: bool) -> Layout {
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .map(|column| if headers { column.title.width() } else { 0 })
            .collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.width());
            }
        }
        if let Some(available) = screen.width {
            self.shrink(&mut widths, available);
        }
        Layout {
            widths,
            cut: screen.width.is_some(),
        }
    }

    /// Takes from the widest column that may be cut until all fit, or none can give more. When that is not
    /// enough, the lines wrap: names are never cut, because people copy them.
    fn shrink(&self, widths: &mut [usize], available: usize) {
        let gaps = GAP * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > available {
            let widest = self
                .columns
                .iter()
                .zip(widths.iter_mut())
                .filter(|(column, width)| {
                    column.may_be_cut && **width > MIN_CUT_WIDTH.max(column.title.width())
                })
                .max_by_key(|(_, width)| **width);
            match widest {
                Some((_, width)) => *width -= 1,
                None => return,
            }
        }
    }

    /// Header and rows.
    pub fn render(&self, screen: &Screen) -> String {
        let layout = self.layout(screen, true);
        self.header(&layout, screen) + &self.rows(&layout, screen)
    }

    /// Rows without the header.
    pub fn render_without_header(&self, screen: &Screen) -> String {
        self.rows(&self.layout(screen, false), screen)
    }

    /// The header line.
    pub fn header(&self, layout: &Layout, screen: &Screen) -> String {
        let titles: Vec<Cell> = self
            .columns
            .iter()
            .map(|column| Cell::painted(column.title, Paint::Title))
            .collect();
        line(&titles, layout, screen)
    }

    /// The rows.
    pub fn rows(&self, layout: &Layout, screen: &Screen) -> String {
        self.rows.iter().map(|row| line(row, layout, screen)).collect()
    }
}

fn line(cells: &[Cell], layout: &Layout, screen: &Screen) -> String {
    let mut line = String::new();
    let mut pending_blanks = 0;
    for (cell, width) in cells.iter().zip(&layout.widths) {
        let text = if layout.cut {
            cut(&cell.text, *width)
        } else {
            cell.text.clone()
        };
        if !text.is_empty() {
            // Blanks are written only before something: no line ends with them.
            line.extend(std::iter::repeat_n(' ', pending_blanks));
            pending_blanks = 0;
        }
        line.push_str(&screen.paint(cell.paint, &text));
        pending_blanks += width.saturating_sub(text.width()) + GAP;
    }
    line.push('\n');
    line
}

fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 0;
    for c in text.chars() {
        let next = used + c.width().unwrap_or(0);
        if next + 1 > width {
            break;
        }
        short.push(c);
        used = next;
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        let mut table = Table::new(vec![
            Column::whole("NAME"),
            Column::cut("MESSAGE"),
            Column::whole("AGE"),
        ]);
        table.push(vec![
            "a-long-name".into(),
            "no node has 8 free GPUs of this product".into(),
            "5m".into(),
        ]);
        table.push(vec!["b".into(), "".into(), "12d".into()]);
        table
    }

    #[test]
    fn without_a_terminal_nothing_is_cut_or_coloured() {
        assert_eq!(
            sample().render(&Screen::plain()),
            "NAME          MESSAGE                                   AGE\n\
             a-long-name   no node has 8 free GPUs of this product   5m\n\
             b                                                       12d\n"
        );
    }

    #[test]
    fn on_a_narrow_terminal_only_what_may_be_cut_is() {
        let screen = Screen {
            width: Some(40),
            ..Screen::plain()
        };
        let text = sample().render(&screen);
        assert!(text.lines().all(|line| line.width() <= 40), "{text}");
        assert!(text.contains("a-long-name   no node has 8 free…   5m"), "{text}");
        // Too narrow for the rest: the name stays whole.
        let text = sample().render(&Screen {
            width: Some(10),
            ..Screen::plain()
        });
        assert!(text.contains("a-long-name"), "{text}");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(cut("日本語テキスト", 7), "日本語…");
    }

    #[test]
    fn colour_does_not_move_the_columns() {
        let mut table = Table::new(vec![Column::whole("STATE"), Column::whole("AGE")]);
        table.push(vec![Cell::painted("READY", Paint::Good), "1s".into()]);
        let text = table.rows(
            &table.layout(&Screen::plain(), true),
            &Screen {
                colour: true,
                ..Screen::plain()
            },
        );
        assert_eq!(text, "\u{1b}[32mREADY\u{1b}[0m   1s\n");
    }
}
