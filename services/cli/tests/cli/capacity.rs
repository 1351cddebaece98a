//! `capacity`: how many more of a placement fit.

use crate::support::{Program, TestServer};

const TWO_GPUS: &str = "name: web\nspec: {performer: {image: r/x}, compute: {gpu: {count: 2}}}\n";

#[test]
fn the_table_says_how_many_where_and_what_stops_the_next() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let out = program.run_with_input(&["capacity", "-f", "-"], TWO_GPUS).ok();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines,
        [
            "web: 6 more fit now",
            "",
            "CLUSTER   MORE   NODES",
            "east      5      2",
            "west      1      1",
            "",
            "The next one: no node has room: gpu-1 needs 2 nvidia.com/gpu, 0 free",
        ]
    );
    assert!(server.state.lock().placements.is_empty());
    let wide = program
        .run_with_input(&["capacity", "-f", "-", "-o", "wide"], TWO_GPUS)
        .ok();
    assert!(
        wide.contains("east      gpu-1   4") && wide.contains("would fit if: cluster east had one more GPU"),
        "{wide}"
    );
}

#[test]
fn counting_can_end_earlier_and_says_so() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let words = ["capacity", "-f", "-", "--limit", "3", "--tenant", "research"];
    let out = program.run_with_input(&words, TWO_GPUS).ok();
    assert!(
        out.starts_with("web: at least 3 more fit now")
            && out.ends_with("\nCounting ended at the limit (--limit counts further); more may fit.\n"),
        "{out}"
    );
    let one = TWO_GPUS.replace("count: 2", "count: 1");
    let late = program.run_with_input(&["capacity", "-f", "-"], &one).ok();
    assert!(
        late.starts_with("web: at least 13 more fit now")
            && late.contains("\nCounting ended with its time (a longer --timeout counts further"),
        "{late}"
    );
    assert_eq!(
        server.calls("ComputeCapacity")[0].note,
        "tenants/research limit 3"
    );
    let told = program
        .run_with_input(&["capacity", "-f", "-", "--limit", "10001"], TWO_GPUS)
        .failed(2);
    assert!(told.contains("10001"), "{told}");
}

#[test]
fn nothing_fits_programs_get_documents_and_names_and_a_bad_manifest_is_refused() {
    let server = TestServer::start();
    let program = Program::for_server(&server);
    let nine = TWO_GPUS.replace("count: 2", "count: 9");
    let out = program.run_with_input(&["capacity", "-f", "-"], &nine).ok();
    assert!(out.starts_with("web: no more fit now\n\nThe next one:"), "{out}");
    let json = program
        .run_with_input(&["capacity", "-f", "-", "-o", "json"], TWO_GPUS)
        .ok();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["total"], 6);
    assert_eq!(json["clusters"][0]["nodes"][0]["node"], "gpu-1");
    let names = program
        .run_with_input(&["capacity", "-f", "-", "-o", "name"], TWO_GPUS)
        .ok();
    assert_eq!(names, "cluster/east\ncluster/west\n");
    let both = format!("{TWO_GPUS}---\n{nine}");
    let yaml = program
        .run_with_input(&["capacity", "-f", "-", "-o", "yaml"], &both)
        .ok();
    assert!(yaml.starts_with("capacities:"), "{yaml}");
    program
        .run_with_input(&["capacity", "-f", "-"], "spec: {performer: {}}\n")
        .failed(8);
    program.run(&["capacity"]).failed(2);
}
