//! The checked-in code is what the `.proto` files say. `UPDATE_GENERATED=1 cargo test -p hourglass-proto` writes it anew.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn protos(root: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("hourglass/fleet/v1"))
        .expect("the proto folder exists")
        .map(|entry| entry.expect("readable folder").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "proto"))
        .collect();
    files.sort();
    files
}

fn generate(root: &Path, out: &Path) {
    let protoc = protoc_bin_vendored::protoc_bin_path().expect("protoc comes with a crate");
    let include = protoc_bin_vendored::include_path().expect("well-known types come with it");
    let descriptor = out.join("descriptor.bin");
    let mut config = prost_build::Config::new();
    config
        .protoc_executable(protoc)
        .out_dir(out)
        .compile_well_known_types()
        .extern_path(".google.protobuf", "::pbjson_types")
        .btree_map(["."])
        .file_descriptor_set_path(&descriptor);
    tonic_prost_build::configure()
        .build_client(true)
        .build_server(true)
        .out_dir(out)
        .compile_with_config(config, &protos(root), &[root.to_path_buf(), include])
        .expect("the protos compile");
    pbjson_build::Builder::new()
        .register_descriptors(&fs::read(&descriptor).expect("descriptor was written"))
        .expect("descriptor is valid")
        .btree_map(["."])
        .out_dir(out)
        .build(&[".hourglass.fleet.v1"])
        .expect("the JSON mapping is made");
}

#[test]
fn checked_in_code_is_what_the_protos_say() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let fresh = tempfile::tempdir().expect("a temporary folder");
    generate(&root, fresh.path());
    let kept = root.join("src/generated");
    let names = [
        "hourglass.fleet.v1.rs",
        "hourglass.fleet.v1.serde.rs",
        "descriptor.bin",
    ];
    if env::var_os("UPDATE_GENERATED").is_some() {
        for name in names {
            fs::copy(fresh.path().join(name), kept.join(name)).expect("generated file is written");
        }
        return;
    }
    for name in names {
        let fresh = fs::read(fresh.path().join(name)).expect("freshly generated");
        let kept = fs::read(kept.join(name)).unwrap_or_default();
        assert!(
            fresh == kept,
            "{name} is stale: run UPDATE_GENERATED=1 cargo test -p hourglass-proto"
        );
    }
}
