//! `token`.

use crate::support::{Program, TestServer};

#[test]
fn the_secret_alone_is_on_stdout_and_in_no_list() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let run = program.run(&[
        "token",
        "create",
        "--cluster",
        "east",
        "--ttl",
        "2h",
        "--label",
        "tier=gold",
    ]);
    assert!(run.stderr.contains("hourglass token revoke t1"), "{run:?}");
    assert_eq!(run.ok(), "hgj_the-secret\n");
    let list = program.run(&["token", "list"]).ok();
    assert!(
        list.contains("t1") && list.contains("usable") && !list.contains("secret"),
        "{list}"
    );
    assert_eq!(program.run(&["token", "revoke", "t1"]).ok(), "token/t1 revoked\n");
    // A repeated call must be known as one.
    assert!(!server.calls("RevokeJoinToken")[0].note.is_empty());
    assert!(program.run(&["get", "tokens"]).ok().contains("revoked"));
    program.run(&["token", "revoke", "t9"]).failed(3);
    program
        .run(&["token", "create", "--cluster", "No_Name"])
        .failed(2);
    program
        .run(&["token", "create", "--cluster", "east", "--ttl", "0s"])
        .failed(2);
}
