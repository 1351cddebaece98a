//! What one replica needs, in a few words.

use hourglass_proto::fleet::v1::{Gpu, PlacementSpec, Tee};

/// As in `8×A100, tdx, cpu 4, memory 16Gi`.
pub fn summary(spec: &PlacementSpec) -> String {
    lines(spec).join(", ")
}

/// One entry for each thing that is asked for.
pub fn lines(spec: &PlacementSpec) -> Vec<String> {
    let mut needs = Vec::new();
    let compute = spec.compute.as_ref();
    let performer = spec.performer.as_ref();
    needs.extend(compute.and_then(|compute| compute.gpu.as_ref()).and_then(gpu));
    needs.extend(compute.and_then(|compute| compute.tee.as_ref()).and_then(tee));
    if let Some(hardware) = performer.and_then(|performer| performer.hardware_requirements.as_ref()) {
        if hardware.gpu_count > 0 {
            needs.push(format!(
                "{}×{}",
                hardware.gpu_count,
                or(&hardware.gpu_type, "GPU")
            ));
        }
        if hardware.tee_required || !hardware.tee_type.is_empty() {
            needs.push(or(&hardware.tee_type, "any TEE").to_owned());
        }
    }
    let resources = performer
        .and_then(|performer| performer.resources.as_ref())
        .map(|resources| &resources.requests);
    let requests = compute.map(|compute| &compute.requests);
    for (name, quantity) in requests.into_iter().chain(resources).flatten() {
        let need = format!("{name} {quantity}");
        // The same request may stand in both places.
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    needs
}

fn gpu(gpu: &Gpu) -> Option<String> {
    let product = if !gpu.mig_profile.is_empty() {
        format!("MIG {}", gpu.mig_profile)
    } else if gpu.products.is_empty() {
        "GPU".to_owned()
    } else {
        gpu.products.join("|")
    };
    let amount = match (gpu.count, gpu.share_milli) {
        (0, 0) if gpu.mig_profile.is_empty() => return None,
        (0, 0) => "1".to_owned(),
        (0, share) => format!("{:.3}", f64::from(share) / 1_000.0),
        (count, _) => count.to_string(),
    };
    let mut text = format!("{amount}×{product}");
    if gpu.min_memory_mib > 0 {
        text.push_str(&format!(" ≥{} MiB", gpu.min_memory_mib));
    }
    if !gpu.min_compute_capability.is_empty() {
        text.push_str(&format!(" ≥cc{}", gpu.min_compute_capability));
    }
    if gpu.confidential {
        text.push_str(" confidential");
    }
    if gpu.same_clique {
        text.push_str(" in one NVLink clique");
    }
    Some(text)
}

fn tee(tee: &Tee) -> Option<String> {
    if tee.kinds.is_empty() && tee.slots.is_none() {
        return None;
    }
    let kinds = if tee.kinds.is_empty() {
        "any TEE".to_owned()
    } else {
        tee.kinds.join("|")
    };
    Some(match tee.slots {
        Some(slots) if slots != 1 => format!("{slots}×{kinds}"),
        _ => kinds,
    })
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}
