//! What the README tells a newcomer to type: the words are ones that this program knows, and no command needs a file
//! or a namespace that no earlier one has made.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Parser;
use hourglass_cli::args::Cli;

use crate::support::{Program, TestServer};

const README: &str = include_str!("../../../../README.md");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The commands in the order of the text, without comments; a continued line is one, a here-document its first line.
fn commands() -> Vec<String> {
    let blocks = README.split("```console\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("```").next());
    let mut commands = Vec::new();
    for block in blocks {
        for part in block.replace("\\\n", " ").split("\n$ ").map(str::to_owned) {
            let line = part.lines().next().unwrap_or_default();
            let line = line
                .trim_start_matches("$ ")
                .split(" #")
                .next()
                .unwrap_or_default();
            commands.push(line.trim().to_owned());
        }
    }
    commands
}

fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

/// The values of a flag.
fn values<'a>(words: &[&'a str], flags: &[&str]) -> Vec<&'a str> {
    let pairs = words.windows(2);
    pairs
        .filter(|pair| flags.contains(&pair[0]))
        .map(|pair| pair[1])
        .collect()
}

#[test]
fn every_command_of_this_program_can_be_typed() {
    let mut seen = 0;
    for command in commands() {
        let words = words(&command);
        if words.first() != Some(&"hourglass") {
            continue;
        }
        seen += 1;
        let typed = words.iter().take_while(|word| !matches!(**word, ">" | "&"));
        if let Err(error) = Cli::try_parse_from(typed) {
            panic!("{command}\n{error}");
        }
    }
    assert!(seen >= 8, "{seen} commands were found");
}

#[test]
fn no_command_needs_what_no_earlier_one_has_made() {
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut read = 0;
    for command in commands() {
        let words = words(&command);
        for file in values(&words, &["-f", "--ca-file", "--token-file", "--join-token-file"]) {
            read += 1;
            assert!(
                made.contains(file) || Path::new(ROOT).join(file).exists(),
                "{file} is not there: {command}"
            );
        }
        for mapping in values(&words, &["--namespace"]) {
            let (_, namespace) = mapping.split_once('=').unwrap();
            assert!(made.contains(namespace), "{namespace} is not there: {command}");
        }
        made.extend(values(&words, &[">"]).into_iter().map(str::to_owned));
        for directory in values(&words, &["--state-dir"]) {
            // What the server makes on its first start.
            made.insert(format!("{directory}/pki/ca.crt"));
            made.insert(format!("{directory}/admin.token"));
        }
        if let ["kubectl", "create", "namespace", name] = words[..] {
            made.insert(name.to_owned());
        }
    }
    assert!(read >= 6, "{read} files are read");
}

#[test]
fn its_manifest_is_one() {
    let server = TestServer::start();
    let manifest = README
        .split("<<'END'\n")
        .nth(1)
        .and_then(|rest| rest.split("\nEND").next())
        .unwrap();
    let out = Program::for_server(&server)
        .run_with_input(&["apply", "-f", "-"], manifest)
        .ok();
    assert_eq!(out, "placement/resnet created\n");
}
