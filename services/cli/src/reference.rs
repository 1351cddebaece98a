//! The command line as a page of the documentation, made from the definitions themselves.

use clap::{Command, CommandFactory};

use crate::args::{Cli, Topic};

/// The text of `docs/cli.md`.
pub fn command_reference() -> String {
    let mut page = String::from(
        "# The command line `hourglass`\n\n\
         This page is made from the program's own definitions; a test keeps it true.\n\n\
         Get going:\n\n\
         ```sh\n\
         hourglass config set-context prod --server https://fleet.example.com:7443 --ca-file ca.pem --current\n\
         hourglass check\n\
         hourglass apply -f my-job.yaml --wait\n\
         hourglass describe placement my-job\n\
         ```\n",
    );
    for topic in Topic::ALL {
        page.push_str(&format!(
            "\n## {}\n\n```text\n{}```\n",
            topic.name(),
            topic.text()
        ));
    }
    let mut root = Cli::command().term_width(100);
    root.build();
    page.push_str("\n## Verbs\n");
    section(&root, "hourglass", &mut page);
    page
}

fn section(command: &Command, path: &str, page: &mut String) {
    let help = command.clone().term_width(100).render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    page.push_str(&format!(
        "\n### {path}\n\n```text\n{}\n```\n",
        help.join("\n").trim_end()
    ));
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        section(sub, &format!("{path} {}", sub.get_name()), page);
    }
}
