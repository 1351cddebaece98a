//! Earlier specs of a placement, and changes of one, for people.

use hourglass_proto::fleet::v1::{PlacementRevision, UpdatePlan};

use super::{Screen, age, clean};

/// One line for each revision, newest first.
pub fn revisions(revisions: &[PlacementRevision], screen: &Screen) -> String {
    let mut lines = vec![format!("{:<10}{:<8}{}", "REVISION", "AGE", "IMAGE")];
    for revision in revisions {
        let performer = revision.spec.as_ref().and_then(|spec| spec.performer.as_ref());
        let image = performer.map_or("", |performer| performer.image.as_str());
        let number = if revision.current {
            format!("{} *", revision.revision)
        } else {
            revision.revision.to_string()
        };
        let age = age(revision.create_time.as_ref(), screen.now);
        lines.push(format!("{number:<10}{age:<8}{}", clean(image)));
    }
    lines.join("\n") + "\n"
}

/// The fields and replicas that a change concerns, a line each.
pub fn plan(plan: &UpdatePlan) -> Vec<String> {
    let shown = |value: &str| match value {
        "" => "nothing".to_owned(),
        value => clean(value),
    };
    let changes = plan.changes.iter().map(|change| {
        let (before, after) = (shown(&change.before), shown(&change.after));
        format!("{}: {before} -> {after}", clean(&change.path))
    });
    let moves = plan.moves.iter().map(|one| {
        let place = |cluster: &str, node: &str, none: &str| match cluster {
            "" => none.to_owned(),
            cluster => format!("{}/{}", clean(cluster), clean(node)),
        };
        let from = place(&one.from_cluster, &one.from_node, "new");
        let to = place(&one.to_cluster, &one.to_node, "no place now");
        format!("replica {}: {from} -> {to}", one.slot)
    });
    changes.chain(moves).collect()
}

#[cfg(test)]
mod tests {
    use hourglass_proto::fleet::v1::{FieldChange, ReplicaMove};

    use super::*;

    #[test]
    fn a_plan_names_fields_and_replicas() {
        let plan_of = UpdatePlan {
            changes: vec![FieldChange {
                path: "spec.performer.image".to_owned(),
                before: "\"a:1\"".to_owned(),
                after: String::new(),
            }],
            moves: vec![ReplicaMove {
                slot: 2,
                from_cluster: "east".to_owned(),
                from_node: "n1".to_owned(),
                ..ReplicaMove::default()
            }],
        };
        assert_eq!(
            plan(&plan_of),
            [
                "spec.performer.image: \"a:1\" -> nothing",
                "replica 2: east/n1 -> no place now"
            ]
        );
    }
}
