//! `delete`.

use hourglass_proto::fleet::v1::Placement;

use crate::support::{Program, TestServer};

fn with_three() -> (TestServer, Program) {
    let server = TestServer::start();
    for (name, app) in [("a", "x"), ("b", "x"), ("c", "y")] {
        server.state.put(Placement {
            name: format!("tenants/default/placements/{name}"),
            uid: format!("uid-{name}"),
            labels: [("app".to_owned(), app.to_owned())].into(),
            ..Placement::default()
        });
    }
    let program = Program::for_server(&server);
    (server, program)
}

#[test]
fn waiting_ends_when_the_clusters_have_confirmed() {
    let (server, program) = with_three();
    let out = program.run(&["delete", "placement", "a", "b", "--wait"]).ok();
    assert_eq!(
        out,
        "placement/a deleting\nplacement/b deleting\nplacement/a deleted\nplacement/b deleted\n"
    );
    assert_eq!(server.state.lock().placements.len(), 1);
    assert!(
        !server.calls("DeletePlacement")[0].note.is_empty(),
        "a deletion without a request id"
    );
}

#[test]
fn what_is_not_there_is_an_error_unless_that_is_ignored() {
    let (_server, program) = with_three();
    let message = program.run(&["delete", "pl/zzz"]).failed(3);
    assert!(message.contains("NOT_FOUND (PLACEMENT_NOT_FOUND)"), "{message}");
    assert!(
        message.contains("hourglass.fleet.v1.Placement: tenants/default/placements/zzz"),
        "{message}"
    );
    let out = program
        .run(&["delete", "pl/zzz", "--ignore-not-found", "--wait"])
        .ok();
    assert_eq!(out, "placement/zzz was not there\n");
}

#[test]
fn a_selector_or_a_manifest_chooses() {
    let (server, program) = with_three();
    assert_eq!(
        program
            .run(&["delete", "pl", "-l", "app in (x)", "-o", "name"])
            .ok(),
        "placement/a\nplacement/b\n"
    );
    assert_eq!(
        program
            .run_with_input(&["delete", "-f", "-"], "name: c\nspec: {}\n")
            .ok(),
        "placement/c deleting\n"
    );
    assert_eq!(server.calls("DeletePlacement").len(), 3);
}

#[test]
fn everything_at_once_and_other_kinds_are_refused() {
    let (server, program) = with_three();
    program.run(&["delete", "placements"]).failed(2);
    let message = program.run(&["delete", "cluster", "east"]).failed(2);
    assert!(message.contains("cordon"), "{message}");
    assert!(server.calls("DeletePlacement").is_empty());
}
