//! Flags over environment over context file, and where each setting came from.

use std::path::{Path, PathBuf};

use hourglass_runtime::secret::Secret;
use hourglass_runtime::tls::check_plaintext_target;
use http::Uri;

use super::environment::Environment;
use super::target::{Credential, Origin, Target, Trust};
use super::{Context, ContextError, ContextFile, default_path};
use crate::args::GlobalArgs;

/// The context file to use.
pub fn file_path(flags: &GlobalArgs, environment: &Environment) -> Result<PathBuf, ContextError> {
    match (&flags.config, &environment.config) {
        (Some(path), _) => Ok(path.clone()),
        (None, Some(path)) => Ok(PathBuf::from(path)),
        (None, None) => default_path(
            environment.xdg_config_home.as_deref(),
            environment.home.as_deref(),
        ),
    }
}

/// Puts flags, environment and context file together. The file is not needed when a server is given otherwise.
pub fn resolve(flags: &GlobalArgs, environment: &Environment) -> Result<Target, ContextError> {
    let context = selected_context(flags, environment)?;
    let from_context = |value: &Option<String>, name: &str| {
        value
            .clone()
            .map(|value| (value, Origin::Context(name.to_owned())))
    };
    let context_server = context
        .as_ref()
        .map(|context| (context.server.clone(), Origin::Context(context.name.clone())));
    let (url, server_origin) = pick(&flags.server, "--server", &environment.server, "HOURGLASS_SERVER")
        .or(context_server)
        .ok_or(ContextError::NoServer)?;
    let server = parse_server(&url, &server_origin)?;
    let allowed = plaintext_allowed(flags, environment, context.as_ref(), &server_origin)?;
    check_plaintext_target(&server, allowed).map_err(|source| ContextError::Plaintext {
        url: url.clone(),
        origin: server_origin.clone(),
        source,
    })?;
    let trust = if server.scheme_str() == Some("http") {
        Trust::Plaintext
    } else {
        resolve_trust(flags, environment, context.as_ref())?
    };
    let tls_server_name = flags.tls_server_name.clone().or_else(|| {
        context
            .as_ref()
            .and_then(|context| from_context(&context.tls_server_name, &context.name))
            .map(|(name, _)| name)
    });
    Ok(Target {
        server,
        server_origin,
        trust,
        tls_server_name,
        credential: resolve_credential(flags, environment, context.as_ref())?,
        tenant: resolve_tenant(flags, environment, context.as_ref())?,
        context: context.map(|context| context.name),
    })
}

fn selected_context(flags: &GlobalArgs, environment: &Environment) -> Result<Option<Context>, ContextError> {
    let named = flags.context.as_ref().or(environment.context.as_ref());
    let path = match file_path(flags, environment) {
        Ok(path) => path,
        // Without a home there is no file; that matters only to those who name a context.
        Err(error) if named.is_some() => return Err(error),
        Err(_) => return Ok(None),
    };
    let file = ContextFile::load(&path)?;
    match named.or(file.current_context.as_ref()) {
        Some(name) => file.get(name).cloned().map(Some),
        None => Ok(None),
    }
}

fn pick(
    flag: &Option<String>,
    flag_name: &'static str,
    variable: &Option<String>,
    variable_name: &'static str,
) -> Option<(String, Origin)> {
    let flag = flag.clone().map(|value| (value, Origin::Flag(flag_name)));
    flag.or_else(|| {
        variable
            .clone()
            .map(|value| (value, Origin::Variable(variable_name)))
    })
}

fn parse_server(url: &str, origin: &Origin) -> Result<Uri, ContextError> {
    let bad = |message: &str| ContextError::BadServer {
        url: url.to_owned(),
        origin: origin.clone(),
        message: message.to_owned(),
    };
    let uri: Uri = url.parse().map_err(|_| bad("it is not a URL"))?;
    if uri.host().is_none_or(str::is_empty) {
        return Err(bad("it has no host"));
    }
    if uri.path() != "/" && !uri.path().is_empty() {
        return Err(bad("it has a path; only scheme, host and port belong here"));
    }
    match uri.scheme_str() {
        Some("https" | "http") => {}
        Some(_) | None => return Err(bad("it must begin with https://")),
    }
    Ok(uri)
}

/// Whether plain text was asked for. A context answers for its own server only: with another one given by flag or
/// variable, its consent does not count.
fn plaintext_allowed(
    flags: &GlobalArgs,
    environment: &Environment,
    context: Option<&Context>,
    server_origin: &Origin,
) -> Result<bool, ContextError> {
    let by_environment = match &environment.insecure_plaintext {
        None => false,
        Some(text) => text.parse().map_err(|_| ContextError::BadSwitch {
            variable: "HOURGLASS_INSECURE_PLAINTEXT",
            value: text.clone(),
        })?,
    };
    let by_context = matches!(server_origin, Origin::Context(_))
        && context.is_some_and(|context| context.insecure_plaintext);
    Ok(flags.insecure_plaintext || by_environment || by_context)
}

fn resolve_trust(
    flags: &GlobalArgs,
    environment: &Environment,
    context: Option<&Context>,
) -> Result<Trust, ContextError> {
    if let Some(path) = &flags.ca_file {
        return read_authorities(path, Origin::Flag("--ca-file"));
    }
    if let Some(path) = &environment.ca_file {
        return read_authorities(Path::new(path), Origin::Variable("HOURGLASS_CA_FILE"));
    }
    let Some(context) = context else {
        return Ok(Trust::System);
    };
    let origin = Origin::Context(context.name.clone());
    match (&context.ca, &context.ca_file) {
        (Some(pem), _) => Ok(Trust::Authorities {
            pem: pem.clone(),
            origin,
        }),
        (None, Some(path)) => read_authorities(path, origin),
        (None, None) => Ok(Trust::System),
    }
}

fn read_authorities(path: &Path, origin: Origin) -> Result<Trust, ContextError> {
    let bad = |message: String| ContextError::BadFile {
        what: "the CA file",
        path: path.to_owned(),
        origin: origin.clone(),
        message,
    };
    let pem = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    if !pem.contains("-----BEGIN CERTIFICATE-----") {
        return Err(bad("there is no certificate in PEM form in it".to_owned()));
    }
    Ok(Trust::Authorities { pem, origin })
}

fn resolve_credential(
    flags: &GlobalArgs,
    environment: &Environment,
    context: Option<&Context>,
) -> Result<Option<Credential>, ContextError> {
    if let Some(token) = &flags.token {
        return credential(token.expose(), Origin::Flag("--token")).map(Some);
    }
    if let Some(path) = &flags.token_file {
        return read_token(path, Origin::Flag("--token-file")).map(Some);
    }
    if let Some(token) = &environment.token {
        return credential(token.expose(), Origin::Variable("HOURGLASS_TOKEN")).map(Some);
    }
    if let Some(path) = &environment.token_file {
        return read_token(Path::new(path), Origin::Variable("HOURGLASS_TOKEN_FILE")).map(Some);
    }
    let Some(context) = context else { return Ok(None) };
    let origin = Origin::Context(context.name.clone());
    match (&context.token, &context.token_file) {
        (Some(token), _) => credential(token, origin).map(Some),
        (None, Some(path)) => read_token(path, origin).map(Some),
        (None, None) => Ok(None),
    }
}

fn read_token(path: &Path, origin: Origin) -> Result<Credential, ContextError> {
    let token = std::fs::read_to_string(path).map_err(|error| ContextError::BadFile {
        what: "the token file",
        path: path.to_owned(),
        origin: origin.clone(),
        message: error.to_string(),
    })?;
    credential(token.trim(), origin)
}

fn credential(token: &str, origin: Origin) -> Result<Credential, ContextError> {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ContextError::BadToken { origin });
    }
    Ok(Credential {
        token: Secret::new(token.to_owned()),
        origin,
    })
}

/// The tenant that names without one belong to.
fn resolve_tenant(
    flags: &GlobalArgs,
    environment: &Environment,
    context: Option<&Context>,
) -> Result<String, ContextError> {
    let name = flags
        .tenant
        .clone()
        .or_else(|| environment.tenant.clone())
        .or_else(|| context.and_then(|context| context.tenant.clone()))
        .unwrap_or_else(|| "default".to_owned());
    if crate::names::is_label(&name) {
        Ok(name)
    } else {
        Err(ContextError::BadTenant { name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(server: &str) -> GlobalArgs {
        GlobalArgs {
            server: Some(server.to_owned()),
            config: Some(PathBuf::from("/nonexistent/hourglass.yaml")),
            ..GlobalArgs::default()
        }
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.yaml");
        std::fs::write(
            &path,
            "current_context: a\ncontexts:\n- {name: a, server: 'https://file:1', tenant: from-file}\n",
        )
        .unwrap();
        let mut flags = GlobalArgs {
            config: Some(path),
            ..GlobalArgs::default()
        };
        let mut environment = Environment::default();

        let target = resolve(&flags, &environment).unwrap();
        assert_eq!(
            (target.host(), target.port(), target.tenant.as_str()),
            ("file", 1, "from-file")
        );
        assert_eq!(target.server_origin, Origin::Context("a".to_owned()));

        environment.server = Some("https://env:2".to_owned());
        assert_eq!(resolve(&flags, &environment).unwrap().host(), "env");

        flags.server = Some("https://flag:3".to_owned());
        let target = resolve(&flags, &environment).unwrap();
        assert_eq!(
            (target.host(), target.server_origin.clone()),
            ("flag", Origin::Flag("--server"))
        );
    }

    #[test]
    fn plain_text_is_only_for_loopback_and_only_when_asked_for() {
        let quiet = Environment::default();
        let asked = |url| GlobalArgs {
            insecure_plaintext: true,
            ..flags(url)
        };
        let by_variable = |value: &str| Environment {
            insecure_plaintext: Some(value.to_owned()),
            ..Environment::default()
        };
        for url in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"] {
            assert!(resolve(&asked(url), &quiet).is_ok(), "{url}");
            assert!(resolve(&flags(url), &by_variable("true")).is_ok(), "{url}");
            for environment in [&quiet, &by_variable("false")] {
                let error = resolve(&flags(url), environment).unwrap_err();
                assert!(error.to_string().contains("plain text is off"), "{url}: {error}");
                assert!(error.hint().unwrap().contains("--insecure-plaintext"), "{url}");
            }
        }
        for url in ["http://fleet.example.com:1", "http://10.0.0.1:1"] {
            let error = resolve(&asked(url), &quiet).unwrap_err();
            assert!(matches!(error, ContextError::Plaintext { .. }), "{url}: {error}");
        }
        let error = resolve(&flags("https://x:1"), &by_variable("maybe")).unwrap_err();
        assert!(
            error.to_string().contains("HOURGLASS_INSECURE_PLAINTEXT"),
            "{error}"
        );
    }

    #[test]
    fn a_context_allows_plain_text_for_its_own_server_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.yaml");
        let text = "current_context: a\ncontexts:\n- {name: a, server: 'http://127.0.0.1:1', insecure_plaintext: true}\n";
        std::fs::write(&path, text).unwrap();
        let mut flags = GlobalArgs {
            config: Some(path),
            ..GlobalArgs::default()
        };
        let target = resolve(&flags, &Environment::default()).unwrap();
        assert_eq!(target.trust, Trust::Plaintext);
        flags.server = Some("http://127.0.0.1:2".to_owned());
        let error = resolve(&flags, &Environment::default()).unwrap_err();
        assert!(matches!(error, ContextError::Plaintext { .. }), "{error}");
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused() {
        let environment = Environment::default();
        for url in ["fleet:7443", "https://x/path", "https://"] {
            assert!(
                matches!(
                    resolve(&flags(url), &environment),
                    Err(ContextError::BadServer { .. })
                ),
                "{url} was accepted"
            );
        }
    }

    #[test]
    fn a_token_with_a_line_break_is_refused_without_showing_it() {
        let mut flags = flags("https://x:1");
        flags.token = Some(Secret::new("s3cret\nx: y".to_owned()));
        let message = resolve(&flags, &Environment::default()).unwrap_err().to_string();
        assert!(
            message.contains("--token") && !message.contains("s3cret"),
            "{message}"
        );
    }

    #[test]
    fn a_misspelt_context_lists_those_there_are() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.yaml");
        std::fs::write(&path, "contexts:\n- {name: prod, server: 'https://x:1'}\n").unwrap();
        let flags = GlobalArgs {
            config: Some(path),
            context: Some("prd".to_owned()),
            ..GlobalArgs::default()
        };
        let message = resolve(&flags, &Environment::default()).unwrap_err().to_string();
        assert_eq!(message, "there is no context \"prd\"; there are: prod");
    }
}
