//! `help`: verbs and topics.

use clap::Args;

/// `hourglass help`.
#[derive(Debug, Args)]
pub struct HelpArgs {
    /// A topic (exit-codes, manifests, environment) or a verb with its subcommands
    #[arg(value_name = "TOPIC")]
    pub topic: Vec<String>,
}

/// What there is to read beside the verbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// What the exit code of the process says.
    ExitCodes,
    /// How a manifest is written.
    Manifests,
    /// Which environment variables are read.
    Environment,
}

impl Topic {
    /// All topics, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::ExitCodes, Self::Manifests, Self::Environment];

    /// The word that asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExitCodes => "exit-codes",
            Self::Manifests => "manifests",
            Self::Environment => "environment",
        }
    }

    /// The text itself.
    pub fn text(self) -> String {
        match self {
            Self::ExitCodes => crate::exit_code::table(),
            Self::Manifests => MANIFESTS.to_owned(),
            Self::Environment => ENVIRONMENT.to_owned(),
        }
    }
}

const MANIFESTS: &str = r#"A manifest is YAML or JSON: one or more placements, separated by `---`, in the protobuf
JSON mapping of hourglass.fleet.v1.Placement (the field names that `get -o yaml` prints).
`apiVersion: hourglass.fleet.v1` and `kind: Placement` may stand on top.

    apiVersion: hourglass.fleet.v1
    kind: Placement
    name: my-job                  # or tenants/research/placements/my-job
    labels: {app: solver}
    spec:
      performer:
        avsAddress: "0x1111111111111111111111111111111111111111"
        image: registry.example.com/solver:1.2.0
      compute:
        requests: {cpu: "4", memory: 16Gi}
        gpu: {count: 8, products: [A100]}
      replicas: 1

A field that does not exist is refused with its path and the nearest known name, and so is a
key that is given twice. Fields that only the server fills (uid, state, conditions and so on)
are left out of what is sent, so the output of `get -o yaml` can be applied again.
"#;

const ENVIRONMENT: &str = "HOURGLASS_CONFIG      context file (default ~/.config/hourglass/config.yaml)
HOURGLASS_CONTEXT     context to use
HOURGLASS_SERVER      server URL
HOURGLASS_CA_FILE     PEM file with certificate authorities
HOURGLASS_INSECURE_PLAINTEXT
                      true: plain text with an http:// server on this machine
HOURGLASS_TOKEN       bearer token
HOURGLASS_TOKEN_FILE  file that holds the bearer token
HOURGLASS_TENANT      tenant
TRACEPARENT           W3C trace context that the calls continue
NO_COLOR              no colour, when set and not empty

A flag wins over the environment, which wins over the context file.
";
