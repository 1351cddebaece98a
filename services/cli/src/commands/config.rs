//! `config`: the context file.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::app::App;
use crate::args::{ConfigArgs, ConfigCommand, OutputFormat, SetContextArgs};
use crate::console;
use crate::context::{Context, ContextError, ContextFile, file_path};
use crate::errors::CliError;
use crate::output::{self, Cell, Column, Paint, Table};

/// Runs the verb.
pub fn run(app: &App, args: &ConfigArgs) -> Result<(), CliError> {
    let path = file_path(&app.global, &app.environment)?;
    let mut file = ContextFile::load(&path)?;
    match &args.command {
        ConfigCommand::CurrentContext => match &file.current_context {
            Some(name) => console::out(&format!("{name}\n")),
            None => Err(CliError::NotFound {
                what: "a current context".to_owned(),
                hint: "hourglass config use-context NAME".to_owned(),
            }),
        },
        ConfigCommand::GetContexts => get_contexts(app, &file),
        ConfigCommand::UseContext { name } => {
            file.get(name)?;
            file.current_context = Some(name.clone());
            file.save(&path)?;
            console::out(&format!("context {name:?} is the current one\n"))
        }
        ConfigCommand::SetContext(args) => set_context(app, args, file, &path),
        ConfigCommand::DeleteContext { name } => {
            file.get(name)?;
            file.contexts.retain(|context| context.name != *name);
            if file.current_context.as_ref() == Some(name) {
                file.current_context = None;
            }
            file.save(&path)?;
            console::out(&format!("context {name:?} is removed\n"))
        }
        ConfigCommand::View {
            output: OutputFormat::Json,
        } => console::out(&output::document(&file.without_secrets(), OutputFormat::Json)?),
        ConfigCommand::View { .. } => {
            console::out(&output::document(&file.without_secrets(), OutputFormat::Yaml)?)
        }
    }
}

fn get_contexts(app: &App, file: &ContextFile) -> Result<(), CliError> {
    if file.contexts.is_empty() {
        console::note("no contexts; `hourglass config set-context NAME --server URL` makes one");
        return Ok(());
    }
    let mut table = Table::new(vec![
        Column::whole("CURRENT"),
        Column::whole("NAME"),
        Column::cut("SERVER"),
        Column::whole("TENANT"),
        Column::cut("CA"),
        Column::cut("CREDENTIAL"),
    ]);
    for context in &file.contexts {
        let current = file.current_context.as_ref() == Some(&context.name);
        let shown = |path: &PathBuf| path.display().to_string();
        table.push(vec![
            Cell::painted(if current { "*" } else { "" }, Paint::Good),
            context.name.as_str().into(),
            context.server.as_str().into(),
            context.tenant.as_deref().unwrap_or("default").into(),
            context
                .ca
                .as_ref()
                .map(|_| "inline".to_owned())
                .or(context.ca_file.as_ref().map(shown))
                .unwrap_or_else(|| trust_without_ca(context).to_owned())
                .into(),
            context
                .token
                .as_ref()
                .map(|_| "token".to_owned())
                .or(context.token_file.as_ref().map(shown))
                .unwrap_or_else(|| "none".to_owned())
                .into(),
        ]);
    }
    console::out(&table.render(&app.stdout))
}

/// What stands for the authorities of a context that names none.
fn trust_without_ca(context: &Context) -> &'static str {
    if context.insecure_plaintext {
        "(plain text)"
    } else {
        "system"
    }
}

/// Only what was typed is recorded: the environment belongs to this run, the file to all.
fn set_context(app: &App, args: &SetContextArgs, mut file: ContextFile, path: &Path) -> Result<(), CliError> {
    if args.name.trim().is_empty() {
        return Err(CliError::Usage("a context needs a name".to_owned()));
    }
    let flags = &app.global;
    let is_new = !file.contexts.iter().any(|context| context.name == args.name);
    let mut context = match file.get(&args.name) {
        Ok(context) => context.clone(),
        Err(_) => Context {
            name: args.name.clone(),
            ..Context::default()
        },
    };
    if let Some(server) = &flags.server {
        context.server.clone_from(server);
        // Consent to plain text with the server of before is none with this one.
        context.insecure_plaintext = false;
    }
    context.insecure_plaintext |= flags.insecure_plaintext;
    if context.server.is_empty() {
        return Err(CliError::Usage(
            "a new context needs --server https://HOST:PORT".to_owned(),
        ));
    }
    if let Some(ca_file) = &flags.ca_file {
        (context.ca, context.ca_file) = if args.embed_ca {
            let read = std::fs::read_to_string(ca_file);
            let pem = read.map_err(|source| CliError::File {
                doing: "read",
                path: ca_file.clone(),
                source,
            })?;
            (Some(pem), None)
        } else {
            (None, Some(absolute(ca_file)?))
        };
    }
    if let Some(name) = &flags.tls_server_name {
        context.tls_server_name = Some(name.clone());
    }
    if let Some(token) = &flags.token {
        context.token = Some(match token.expose().as_str() {
            "-" => token_from_stdin()?,
            token => token.to_owned(),
        });
        context.token_file = None;
    }
    if let Some(token_file) = &flags.token_file {
        context.token_file = Some(absolute(token_file)?);
        context.token = None;
    }
    if let Some(tenant) = &flags.tenant {
        context.tenant = Some(tenant.clone());
    }
    if is_new {
        file.contexts.push(context);
    } else if let Some(there) = file.contexts.iter_mut().find(|there| there.name == args.name) {
        *there = context;
    }
    // The first one is the only candidate.
    if args.current || file.contexts.len() == 1 {
        file.current_context = Some(args.name.clone());
    }
    check_usable(app, &args.name, &file, path)?;
    let done = if is_new { "made" } else { "changed" };
    console::out(&format!("context {:?} {done} in {}\n", args.name, path.display()))
}

/// A context that cannot be used is refused before it replaces one that can.
fn check_usable(app: &App, name: &str, file: &ContextFile, path: &Path) -> Result<(), CliError> {
    let before = ContextFile::load(path)?;
    file.save(path)?;
    let flags = crate::args::GlobalArgs {
        config: Some(path.to_owned()),
        context: Some(name.to_owned()),
        ..crate::args::GlobalArgs::default()
    };
    if let Err(error) = crate::context::resolve(&flags, &crate::context::Environment::default()) {
        before.save(path)?;
        return Err(error.into());
    }
    if app.global.verbose {
        console::note("the context resolves; `hourglass check` tries the connection");
    }
    Ok(())
}

fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    std::path::absolute(path).map_err(|source| CliError::File {
        doing: "find",
        path: path.to_owned(),
        source,
    })
}

fn token_from_stdin() -> Result<String, CliError> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(64 * 1024).read_to_string(&mut text);
    read.map_err(|source| CliError::File {
        doing: "read",
        path: "standard input".into(),
        source,
    })?;
    let token = text.trim();
    if token.is_empty() {
        return Err(ContextError::BadToken {
            origin: crate::context::Origin::Flag("--token -"),
        }
        .into());
    }
    Ok(token.to_owned())
}
