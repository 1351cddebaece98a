//! What the demo prints. Everything fits 100 columns; colour only on a terminal, and not against NO_COLOR.

use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Anything longer than this shows that it goes on.
const QUIET: Duration = Duration::from_secs(2);
/// On a terminal the line moves; elsewhere each look is a line, so there are fewer.
const TICK: Duration = Duration::from_secs(1);
const PLAIN_TICK: Duration = Duration::from_secs(10);

/// What a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A heading.
    Title,
    /// It held.
    Good,
    /// It did not.
    Bad,
    /// Less important.
    Dim,
}

/// Prints a line.
pub fn line(text: &str) {
    write(&format!("{text}\n"));
}

/// Prints a heading with an empty line before it.
pub fn title(text: &str) {
    line(&format!("\n{}", paint(Tone::Title, text)));
}

/// The text in the colour of its tone, where there is colour.
pub fn paint(tone: Tone, text: &str) -> String {
    let terminal = io::stdout().is_terminal();
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if !terminal || !wanted {
        return text.to_owned();
    }
    let code = match tone {
        Tone::Title => "1",
        Tone::Good => "32",
        Tone::Bad => "31",
        Tone::Dim => "2",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

/// Waits for `work`; says that it goes on when it takes longer than two seconds.
pub async fn with_progress<T>(what: &str, work: impl Future<Output = T>) -> T {
    let begin = Instant::now();
    let mut work = std::pin::pin!(work);
    let terminal = io::stdout().is_terminal();
    let mut pause = QUIET;
    loop {
        tokio::select! {
            done = &mut work => {
                if terminal && pause != QUIET {
                    write("\r\x1b[K");
                }
                return done;
            }
            () = tokio::time::sleep(pause) => {
                let text = format!("  … {what}, {} s", begin.elapsed().as_secs());
                let text = paint(Tone::Dim, &text);
                if terminal { write(&format!("\r\x1b[K{text}")) } else { line(&text) }
                pause = if terminal { TICK } else { PLAIN_TICK };
            }
        }
    }
}

/// Prints one result: a mark, what it was, and its time.
pub fn result(held: bool, what: &str, took: Duration) {
    let mark = if held {
        paint(Tone::Good, "✓")
    } else {
        paint(Tone::Bad, "✗")
    };
    let time = paint(Tone::Dim, &format!("{:>8.1} s", took.as_secs_f64()));
    line(&format!("  {mark} {what:<84}{time}"));
}

/// Output is for people: when nobody reads it any more, the demo still does its work.
fn write(text: &str) {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .ok();
}
