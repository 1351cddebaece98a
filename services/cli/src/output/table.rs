//! Tables: columns three blanks apart, fitted to the terminal where that is needed: lists cut, stories wrap.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Paint, Screen, clean};

const GAP: usize = 3;
const LEAST_CUT_WIDTH: usize = 8;
const LEAST_WRAP_WIDTH: usize = 24;

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    title: &'static str,
    narrow: Narrow,
}

/// What becomes of a column that is too wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Narrow {
    Keep,
    Cut,
    Wrap,
}

impl Column {
    /// A column that is always shown whole: names, states, numbers.
    pub fn whole(title: &'static str) -> Self {
        Self {
            title,
            narrow: Narrow::Keep,
        }
    }

    /// A column that gives way first on a narrow terminal: messages, images, node names.
    pub fn cut(title: &'static str) -> Self {
        Self {
            title,
            narrow: Narrow::Cut,
        }
    }

    /// A column whose text goes on in the next line: messages in a story, where nothing may be lost.
    pub fn wrapped(title: &'static str) -> Self {
        Self {
            title,
            narrow: Narrow::Wrap,
        }
    }
}

impl Column {
    fn least_width(&self) -> usize {
        let least = if self.narrow == Narrow::Wrap {
            LEAST_WRAP_WIDTH
        } else {
            LEAST_CUT_WIDTH
        };
        least.max(self.title.width())
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
    narrow: Vec<Narrow>,
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
        let narrow = |column: &Column| {
            if screen.width.is_some() {
                column.narrow
            } else {
                Narrow::Keep
            }
        };
        Layout {
            widths,
            narrow: self.columns.iter().map(narrow).collect(),
        }
    }

    /// Takes from the widest column that may be narrowed until all fit, or none can give more. When that is
    /// not enough, the terminal breaks the lines: names are never cut, because people copy them.
    fn shrink(&self, widths: &mut [usize], available: usize) {
        let gaps = GAP * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > available {
            let widest = self
                .columns
                .iter()
                .zip(widths.iter_mut())
                .filter(|(column, width)| column.narrow != Narrow::Keep && **width > column.least_width())
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
    let parts: Vec<Vec<String>> = cells
        .iter()
        .zip(layout.widths.iter().zip(&layout.narrow))
        .map(|(cell, (width, narrow))| match narrow {
            Narrow::Keep => vec![cell.text.clone()],
            Narrow::Cut => vec![cut(&cell.text, *width)],
            Narrow::Wrap => wrap(&cell.text, *width),
        })
        .collect();
    let height = parts.iter().map(Vec::len).max().unwrap_or(1);
    let mut text = String::new();
    for row in 0..height {
        let mut pending_blanks = 0;
        for ((cell, part), width) in cells.iter().zip(&parts).zip(&layout.widths) {
            let part = part.get(row).map_or("", String::as_str);
            if !part.is_empty() {
                // Blanks are written only before something: no line ends with them.
                text.extend(std::iter::repeat_n(' ', pending_blanks));
                pending_blanks = 0;
            }
            text.push_str(&screen.paint(cell.paint, part));
            pending_blanks += width.saturating_sub(part.width()) + GAP;
        }
        text.push('\n');
    }
    text
}

/// At blanks; a word that is too long for a line has one of its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
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
        assert!(text.contains("a-long-name   no node has 8 free …   5m"), "{text}");
        // Too narrow for the rest: the name stays whole.
        let text = sample().render(&Screen {
            width: Some(10),
            ..Screen::plain()
        });
        assert!(text.contains("a-long-name"), "{text}");
    }

    #[test]
    fn a_wrapped_column_goes_on_below_itself() {
        let mut table = Table::new(vec![Column::whole("TYPE"), Column::wrapped("MESSAGE")]);
        table.push(vec!["A".into(), "no node has 8 free GPUs of this product".into()]);
        let screen = Screen {
            width: Some(34),
            ..Screen::plain()
        };
        assert_eq!(
            table.render(&screen),
            "TYPE   MESSAGE\n\
             A      no node has 8 free GPUs of\n\
             \x20      this product\n"
        );
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
