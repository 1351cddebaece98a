//! Tables: columns three blanks apart, fitted to the terminal where that is needed: lists cut, stories wrap.

use unicode_width::UnicodeWidthStr;

use super::fit::{cut, wrap};
use super::{Paint, Screen, clean};

const GAP: usize = 3;
const LEAST_CUT_WIDTH: usize = 8;
const LEAST_WRAP_WIDTH: usize = 16;

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
    /// Cut first, and left out when that is not enough.
    CutOrLeaveOut,
    /// Left out: half a number is worse than none.
    LeaveOut,
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

    /// A column that is cut on a narrow terminal, and left out when that is not enough.
    pub fn cut_or_left_out(title: &'static str) -> Self {
        Self {
            title,
            narrow: Narrow::CutOrLeaveOut,
        }
    }

    /// A column that is whole, or left out on a narrow terminal: numbers that can be done without.
    pub fn optional(title: &'static str) -> Self {
        Self {
            title,
            narrow: Narrow::LeaveOut,
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
    /// It is left out where there is too little room.
    fn is_left_out_first(&self) -> bool {
        matches!(self.narrow, Narrow::CutOrLeaveOut | Narrow::LeaveOut)
    }

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
    /// How the columns are narrowed; nothing where the width is not bounded.
    narrow: Vec<Option<Narrow>>,
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

    /// Puts the same text before every cell of the column with this title.
    pub fn prefix(&mut self, title: &str, prefix: &str) {
        let Some(position) = self.columns.iter().position(|column| column.title == title) else {
            return;
        };
        for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(position)) {
            cell.text.insert_str(0, prefix);
        }
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
        let bounded = screen.width.is_some();
        let narrow = self
            .columns
            .iter()
            .map(|column| bounded.then_some(column.narrow))
            .collect();
        Layout { widths, narrow }
    }

    /// Widths for these rows under earlier ones: wider where names, states or numbers would be cut, as earlier where not.
    pub fn layout_after(&self, before: &Layout, screen: &Screen) -> Layout {
        let mut widths = before.widths.clone();
        for row in &self.rows {
            for ((width, cell), column) in widths.iter_mut().zip(row).zip(&self.columns) {
                // What was left out stays left out.
                if *width > 0 && column.narrow == Narrow::Keep {
                    *width = (*width).max(cell.text.width());
                }
            }
        }
        if let Some(available) = screen.width {
            self.shrink(&mut widths, available);
        }
        Layout {
            widths,
            narrow: before.narrow.clone(),
        }
    }

    /// Titles of the columns that this layout leaves out.
    pub fn left_out(&self, layout: &Layout) -> Vec<&'static str> {
        let columns = self.columns.iter().zip(&layout.widths);
        columns
            .filter(|(column, width)| **width == 0 && column.is_left_out_first())
            .map(|(column, _)| column.title)
            .collect()
    }

    /// Narrows what may be narrowed; when that is not enough, leaves out columns, from the right, one more at a
    /// time; and cuts names only when nothing else helps, because people copy them.
    fn shrink(&self, widths: &mut Vec<usize>, available: usize) {
        let natural = widths.clone();
        let droppable: Vec<usize> = (0..self.columns.len())
            .rev()
            .filter(|at| self.columns[*at].is_left_out_first())
            .collect();
        for left_out in 0..=droppable.len() {
            widths.clone_from(&natural);
            for position in &droppable[..left_out] {
                widths[*position] = 0;
            }
            self.take(widths, available, |column| {
                !matches!(column.narrow, Narrow::Keep | Narrow::LeaveOut)
            });
            if total(widths) <= available {
                return;
            }
        }
        self.take(widths, available, |column| column.narrow == Narrow::Keep);
    }

    /// Takes from the widest of these columns until all fit, or none can give more.
    fn take(&self, widths: &mut [usize], available: usize, from: impl Fn(&Column) -> bool) {
        while total(widths) > available {
            let widest = self
                .columns
                .iter()
                .zip(widths.iter_mut())
                .filter(|(column, width)| from(column) && **width > column.least_width())
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

/// Width of a line; a column of width 0 is not shown.
fn total(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0);
    shown.clone().sum::<usize>() + GAP * shown.count().saturating_sub(1)
}

fn line(cells: &[Cell], layout: &Layout, screen: &Screen) -> String {
    let parts: Vec<Vec<String>> = cells
        .iter()
        .zip(layout.widths.iter().zip(&layout.narrow))
        .map(|(cell, (width, narrow))| match narrow {
            None => vec![cell.text.clone()],
            Some(Narrow::Wrap) => wrap(&cell.text, *width),
            Some(Narrow::Keep | Narrow::Cut | Narrow::CutOrLeaveOut | Narrow::LeaveOut) => {
                vec![cut(&cell.text, *width)]
            }
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
            if *width > 0 {
                pending_blanks += width.saturating_sub(part.width()) + GAP;
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests;
