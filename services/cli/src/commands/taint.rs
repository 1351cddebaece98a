//! `taint cluster`.

use hourglass_proto::fleet::v1::{Cluster, Taint};

use super::cordon::update;
use super::query;
use crate::app::App;
use crate::args::{ResourceKind, TaintArgs, TaintChange};
use crate::console;
use crate::errors::CliError;
use crate::names::id_of;

/// Runs the verb.
pub async fn run(app: &App, args: &TaintArgs) -> Result<(), CliError> {
    let kind: ResourceKind = args.kind.parse().map_err(CliError::Usage)?;
    if kind != ResourceKind::Cluster {
        return Err(CliError::Usage(format!(
            "taints of {kind}s cannot be changed here; write `taint cluster NAME ...` (a node is tainted in its own cluster: \
             kubectl taint node NAME ...)"
        )));
    }
    let session = app.session().await?;
    let cluster = query::cluster(&session, &args.name).await?;
    let id = id_of(&cluster.name).to_owned();
    let taints = changed(&cluster.taints, &args.taints, args.overwrite).map_err(|problem| match problem {
        Problem::Taken(there) => CliError::Conflict {
            message: format!("cluster/{id} has the taint {} already", text(&there)),
            details: Vec::new(),
            hint: "--overwrite replaces it".to_owned(),
        },
        Problem::Absent(what) => CliError::Usage(format!("cluster/{id} has no taint {what}")),
    })?;
    if taints == cluster.taints {
        return console::out(&format!("cluster/{id} unchanged\n"));
    }
    // With the etag: taints are replaced as a whole, and must not undo someone else's change.
    let changed = Cluster {
        name: cluster.name,
        etag: cluster.etag,
        taints,
        ..Cluster::default()
    };
    update(&session, &format!("taint cluster/{id}"), changed, "taints").await?;
    console::out(&format!("cluster/{id} {}\n", done(&args.taints)))
}

/// What became of the cluster, as kubectl says it: untainted where taints were removed and none was set.
fn done(changes: &[TaintChange]) -> &'static str {
    let is_removal = |change: &TaintChange| matches!(change, TaintChange::Remove { .. });
    if changes.iter().all(is_removal) {
        "untainted"
    } else {
        "tainted"
    }
}

/// Why a change cannot be made.
#[derive(Debug, PartialEq)]
enum Problem {
    /// This one is there, with another value.
    Taken(Taint),
    /// Nothing is there that could be removed.
    Absent(String),
}

/// The taints after the changes.
fn changed(before: &[Taint], changes: &[TaintChange], overwrite: bool) -> Result<Vec<Taint>, Problem> {
    let mut taints = before.to_vec();
    for change in changes {
        match change {
            TaintChange::Set(wanted) => {
                let mut known = taints.iter_mut();
                let there = known.find(|taint| taint.key == wanted.key && taint.effect == wanted.effect);
                match there {
                    Some(there) if there.value == wanted.value => {}
                    Some(there) if overwrite => there.value.clone_from(&wanted.value),
                    Some(there) => return Err(Problem::Taken(there.clone())),
                    None => taints.push(wanted.clone()),
                }
            }
            TaintChange::Remove { key, effect } => {
                let count = taints.len();
                let is_other = |taint: &Taint| {
                    taint.key != *key || effect.as_ref().is_some_and(|one| taint.effect != *one)
                };
                taints.retain(is_other);
                if taints.len() == count {
                    let effect = effect.as_ref().map(|effect| format!(":{effect}"));
                    return Err(Problem::Absent(format!("{key}{}", effect.unwrap_or_default())));
                }
            }
        }
    }
    Ok(taints)
}

fn text(taint: &Taint) -> String {
    let value = if taint.value.is_empty() {
        String::new()
    } else {
        format!("={}", taint.value)
    };
    format!("{}{value}:{}", taint.key, taint.effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taints(texts: &[&str]) -> Vec<Taint> {
        let read = texts.iter().map(|text| match text.parse() {
            Ok(TaintChange::Set(taint)) => taint,
            other => panic!("{other:?}"),
        });
        read.collect()
    }

    fn after(before: &[&str], changes: &[&str], overwrite: bool) -> Result<Vec<String>, Problem> {
        let changes: Vec<_> = changes.iter().map(|text| text.parse().unwrap()).collect();
        let after = changed(&taints(before), &changes, overwrite)?;
        Ok(after.iter().map(text).collect())
    }

    #[test]
    fn a_taint_is_known_by_key_and_effect() {
        let before = ["a=x:NoSchedule", "a=y:PreferNoSchedule"];
        let strings = |texts: &[&str]| Ok(texts.iter().map(ToString::to_string).collect());
        assert_eq!(
            after(&before, &["a:NoSchedule-"], false),
            strings(&["a=y:PreferNoSchedule"])
        );
        assert_eq!(after(&before, &["a-"], false), strings(&[]));
        let added = ["a=x:NoSchedule", "a=y:PreferNoSchedule", "b:NoSchedule"];
        assert_eq!(
            after(&before, &["b:NoSchedule", "a=x:NoSchedule"], false),
            strings(&added)
        );
        let replaced = ["a=z:NoSchedule", "a=y:PreferNoSchedule"];
        assert_eq!(after(&before, &["a=z:NoSchedule"], true), strings(&replaced));
    }

    #[test]
    fn who_only_removes_taints_is_told_that_none_was_set() {
        let told = |changes: &[&str]| {
            let changes: Vec<_> = changes.iter().map(|text| text.parse().unwrap()).collect();
            done(&changes)
        };
        assert_eq!(told(&["a-", "b:NoSchedule-"]), "untainted");
        assert_eq!(told(&["a-", "b:NoSchedule"]), "tainted");
    }

    #[test]
    fn nothing_is_replaced_unasked_and_what_is_not_there_is_not_removed() {
        let taken = Problem::Taken(taints(&["a=x:NoSchedule"]).remove(0));
        assert_eq!(after(&["a=x:NoSchedule"], &["a=z:NoSchedule"], false), Err(taken));
        assert_eq!(
            after(&[], &["a:NoSchedule-"], false),
            Err(Problem::Absent("a:NoSchedule".to_owned()))
        );
        assert_eq!(after(&[], &["a-"], true), Err(Problem::Absent("a".to_owned())));
    }
}
