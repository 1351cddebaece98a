//! Earlier specs of a placement, and changes of one, for people.

use hourglass_proto::fleet::v1::{PlacementRevision, UpdatePlan};

use super::{Column, Screen, Table, age, clean};
use crate::manifest::changed_fields;

/// One line for each revision, newest first, with what each changed of the one before it.
pub fn revisions(revisions: &[PlacementRevision], screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::whole("REVISION"),
        Column::whole("AGE"),
        Column::cut("IMAGE"),
        Column::wrapped("CHANGED"),
    ]);
    for (position, revision) in revisions.iter().enumerate() {
        let performer = revision.spec.as_ref().and_then(|spec| spec.performer.as_ref());
        let image = performer.map_or("", |performer| performer.image.as_str());
        let number = if revision.current {
            format!("{} *", revision.revision)
        } else {
            revision.revision.to_string()
        };
        let changed = match revisions.get(position + 1) {
            Some(before) => changed(before, revision),
            // The very first one, or what was before it is not kept any more.
            None => "-".to_owned(),
        };
        table.push(vec![
            number.into(),
            age(revision.create_time.as_ref(), screen.now).into(),
            image.into(),
            changed.into(),
        ]);
    }
    table.render(screen)
}

/// Names of the fields of the spec in which two revisions differ.
fn changed(before: &PlacementRevision, after: &PlacementRevision) -> String {
    match (
        serde_json::to_value(&before.spec),
        serde_json::to_value(&after.spec),
    ) {
        (Ok(before), Ok(after)) => match changed_fields(&before, &after) {
            fields if fields.is_empty() => "nothing".to_owned(),
            fields => fields.join(", "),
        },
        (Err(error), _) | (_, Err(error)) => format!("cannot be told: {error}"),
    }
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
    use hourglass_proto::fleet::v1::{FieldChange, PerformerSpec, PlacementSpec, ReplicaMove};

    use super::*;

    #[test]
    fn a_history_says_what_each_revision_changed() {
        let revision = |number: i64, image: &str, replicas: i32| PlacementRevision {
            revision: number,
            spec: Some(PlacementSpec {
                performer: Some(PerformerSpec {
                    image: image.to_owned(),
                    ..PerformerSpec::default()
                }),
                replicas: Some(replicas),
                ..PlacementSpec::default()
            }),
            current: number == 3,
            ..PlacementRevision::default()
        };
        let all = [
            revision(3, "a:2", 4),
            revision(2, "a:2", 2),
            revision(1, "a:1", 2),
        ];
        let screen = Screen {
            width: None,
            colour: false,
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        let text = revisions(&all, &screen);
        let cells: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(cells[0], ["REVISION", "AGE", "IMAGE", "CHANGED"]);
        assert_eq!(cells[1], ["3", "*", "-", "a:2", "replicas"]);
        assert_eq!(cells[2], ["2", "-", "a:2", "performer.image"]);
        assert_eq!(cells[3], ["1", "-", "a:1", "-"]);
    }

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
