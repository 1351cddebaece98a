//! `help`.

use clap::CommandFactory;

use crate::args::{Cli, HelpArgs, Topic};
use crate::console;
use crate::errors::CliError;
use crate::nearest::nearest;

/// Runs the verb.
pub fn run(args: &HelpArgs) -> Result<(), CliError> {
    let Some(first) = args.topic.first() else {
        let topics: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
        let help = Cli::command().render_long_help();
        return console::out(&format!(
            "{help}\nTopics of `hourglass help`: {}\n",
            topics.join(", ")
        ));
    };
    if let Some(topic) = Topic::ALL.into_iter().find(|topic| topic.name() == first) {
        return console::out(&topic.text());
    }
    let mut root = Cli::command();
    root.build();
    let mut command = &mut root;
    for word in &args.topic {
        let known: Vec<String> = command
            .get_subcommands()
            .map(|sub| sub.get_name().to_owned())
            .collect();
        match command.find_subcommand_mut(word) {
            Some(sub) => command = sub,
            None => {
                let all = known
                    .iter()
                    .map(String::as_str)
                    .chain(Topic::ALL.iter().map(|topic| topic.name()));
                let hint = nearest(word, all)
                    .map(|name| format!("; did you mean {name:?}?"))
                    .unwrap_or_default();
                return Err(CliError::Usage(format!("there is no help on {word:?}{hint}")));
            }
        }
    }
    console::out(&command.render_long_help().to_string())
}
