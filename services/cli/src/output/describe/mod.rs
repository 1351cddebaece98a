//! The whole story of one thing.

mod assignments;
mod cluster;
mod devices;
mod node;
mod placement;
mod rules;

pub use cluster::cluster;
pub use node::node;
pub use placement::{placement, victim_line};

use super::fit::rows;
use super::{Paint, Screen, clean};

/// Lines of `Title:  value`, with values that stand under each other, and indented sections.
struct Story<'a> {
    screen: &'a Screen,
    text: String,
}

const TITLE_WIDTH: usize = 14;

impl<'a> Story<'a> {
    fn new(screen: &'a Screen) -> Self {
        Self {
            screen,
            text: String::new(),
        }
    }

    /// A line; nothing when there is no value.
    fn line(&mut self, title: &str, value: &str) {
        self.painted(title, value, Paint::Plain);
    }

    fn painted(&mut self, title: &str, value: &str, paint: Paint) {
        if value.is_empty() {
            return;
        }
        self.titled(&format!("{title}:"), value, paint);
    }

    /// The title, and the value in as many rows as it needs.
    fn titled(&mut self, title: &str, value: &str, paint: Paint) {
        let mut title = title;
        for row in rows(&clean(value), TITLE_WIDTH + 1, self.screen) {
            let padded = self.screen.paint(Paint::Title, &format!("{title:<TITLE_WIDTH$}"));
            let row = self.screen.paint(paint, &row);
            self.text.push_str(&format!("{padded} {row}\n"));
            title = "";
        }
    }

    /// One line for each value; the title stands before the first.
    fn lines<T: AsRef<str>>(&mut self, title: &str, values: impl IntoIterator<Item = T>) {
        let mut title = format!("{title}:");
        for value in values {
            self.titled(&title, value.as_ref(), Paint::Plain);
            title.clear();
        }
    }

    /// A section with a body that has been laid out already.
    fn section(&mut self, title: &str, body: &str) {
        if body.is_empty() {
            return;
        }
        self.text.push_str(&format!(
            "\n{}\n",
            self.screen.paint(Paint::Title, &format!("{title}:"))
        ));
        for line in body.lines() {
            if line.is_empty() {
                self.text.push('\n');
            } else {
                self.text.push_str(&format!("  {line}\n"));
            }
        }
    }

    /// The screen for what stands in a section, two columns to the right.
    fn indented(&self) -> Screen {
        Screen {
            width: self.screen.width.map(|width| width.saturating_sub(2)),
            ..self.screen.clone()
        }
    }

    fn end(self) -> String {
        self.text
    }
}

fn with_age(time: Option<&pbjson_types::Timestamp>, screen: &Screen) -> String {
    match time {
        Some(_) => format!("{} ({} ago)", super::exact(time), super::age(time, screen.now)),
        None => String::new(),
    }
}

fn pairs<'a>(map: impl IntoIterator<Item = (&'a String, &'a String)>) -> Vec<String> {
    map.into_iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect()
}
