impl serde::Serialize for Ack {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.command_id.is_empty() {
            len += 1;
        }
        if !self.placement_uid.is_empty() {
            len += 1;
        }
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if self.outcome != 0 {
            len += 1;
        }
        if !self.reason.is_empty() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if self.inventory_sequence != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Ack", len)?;
        if !self.command_id.is_empty() {
            struct_ser.serialize_field("commandId", &self.command_id)?;
        }
        if !self.placement_uid.is_empty() {
            struct_ser.serialize_field("placementUid", &self.placement_uid)?;
        }
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if self.outcome != 0 {
            let v = ack::Outcome::try_from(self.outcome)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.outcome)))?;
            struct_ser.serialize_field("outcome", &v)?;
        }
        if !self.reason.is_empty() {
            struct_ser.serialize_field("reason", &self.reason)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if self.inventory_sequence != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("inventorySequence", ToString::to_string(&self.inventory_sequence).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Ack {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "command_id",
            "commandId",
            "placement_uid",
            "placementUid",
            "slot",
            "epoch",
            "outcome",
            "reason",
            "message",
            "inventory_sequence",
            "inventorySequence",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CommandId,
            PlacementUid,
            Slot,
            Epoch,
            Outcome,
            Reason,
            Message,
            InventorySequence,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "commandId" | "command_id" => Ok(GeneratedField::CommandId),
                            "placementUid" | "placement_uid" => Ok(GeneratedField::PlacementUid),
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "outcome" => Ok(GeneratedField::Outcome),
                            "reason" => Ok(GeneratedField::Reason),
                            "message" => Ok(GeneratedField::Message),
                            "inventorySequence" | "inventory_sequence" => Ok(GeneratedField::InventorySequence),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Ack;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Ack")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Ack, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut command_id__ = None;
                let mut placement_uid__ = None;
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut outcome__ = None;
                let mut reason__ = None;
                let mut message__ = None;
                let mut inventory_sequence__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CommandId => {
                            if command_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("commandId"));
                            }
                            command_id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PlacementUid => {
                            if placement_uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placementUid"));
                            }
                            placement_uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Outcome => {
                            if outcome__.is_some() {
                                return Err(serde::de::Error::duplicate_field("outcome"));
                            }
                            outcome__ = Some(map_.next_value::<ack::Outcome>()? as i32);
                        }
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value()?);
                        }
                        GeneratedField::InventorySequence => {
                            if inventory_sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("inventorySequence"));
                            }
                            inventory_sequence__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(Ack {
                    command_id: command_id__.unwrap_or_default(),
                    placement_uid: placement_uid__.unwrap_or_default(),
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    outcome: outcome__.unwrap_or_default(),
                    reason: reason__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    inventory_sequence: inventory_sequence__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Ack", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ack::Outcome {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "OUTCOME_UNSPECIFIED",
            Self::Applied => "APPLIED",
            Self::Removed => "REMOVED",
            Self::Stale => "STALE",
            Self::Refused => "REFUSED",
            Self::Failed => "FAILED",
            Self::Adopted => "ADOPTED",
            Self::Lifted => "LIFTED",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for ack::Outcome {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "OUTCOME_UNSPECIFIED",
            "APPLIED",
            "REMOVED",
            "STALE",
            "REFUSED",
            "FAILED",
            "ADOPTED",
            "LIFTED",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = ack::Outcome;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "OUTCOME_UNSPECIFIED" => Ok(ack::Outcome::Unspecified),
                    "APPLIED" => Ok(ack::Outcome::Applied),
                    "REMOVED" => Ok(ack::Outcome::Removed),
                    "STALE" => Ok(ack::Outcome::Stale),
                    "REFUSED" => Ok(ack::Outcome::Refused),
                    "FAILED" => Ok(ack::Outcome::Failed),
                    "ADOPTED" => Ok(ack::Outcome::Adopted),
                    "LIFTED" => Ok(ack::Outcome::Lifted),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for Adopt {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.header.is_some() {
            len += 1;
        }
        if !self.performer.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Adopt", len)?;
        if let Some(v) = self.header.as_ref() {
            struct_ser.serialize_field("header", v)?;
        }
        if !self.performer.is_empty() {
            struct_ser.serialize_field("performer", &self.performer)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Adopt {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "header",
            "performer",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Header,
            Performer,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "header" => Ok(GeneratedField::Header),
                            "performer" => Ok(GeneratedField::Performer),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Adopt;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Adopt")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Adopt, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut header__ = None;
                let mut performer__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Header => {
                            if header__.is_some() {
                                return Err(serde::de::Error::duplicate_field("header"));
                            }
                            header__ = map_.next_value()?;
                        }
                        GeneratedField::Performer => {
                            if performer__.is_some() {
                                return Err(serde::de::Error::duplicate_field("performer"));
                            }
                            performer__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Adopt {
                    header: header__,
                    performer: performer__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Adopt", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Affinity {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.node_affinity.is_some() {
            len += 1;
        }
        if self.pod_affinity.is_some() {
            len += 1;
        }
        if self.pod_anti_affinity.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Affinity", len)?;
        if let Some(v) = self.node_affinity.as_ref() {
            struct_ser.serialize_field("nodeAffinity", v)?;
        }
        if let Some(v) = self.pod_affinity.as_ref() {
            struct_ser.serialize_field("podAffinity", v)?;
        }
        if let Some(v) = self.pod_anti_affinity.as_ref() {
            struct_ser.serialize_field("podAntiAffinity", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Affinity {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "node_affinity",
            "nodeAffinity",
            "pod_affinity",
            "podAffinity",
            "pod_anti_affinity",
            "podAntiAffinity",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            NodeAffinity,
            PodAffinity,
            PodAntiAffinity,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "nodeAffinity" | "node_affinity" => Ok(GeneratedField::NodeAffinity),
                            "podAffinity" | "pod_affinity" => Ok(GeneratedField::PodAffinity),
                            "podAntiAffinity" | "pod_anti_affinity" => Ok(GeneratedField::PodAntiAffinity),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Affinity;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Affinity")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Affinity, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut node_affinity__ = None;
                let mut pod_affinity__ = None;
                let mut pod_anti_affinity__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::NodeAffinity => {
                            if node_affinity__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodeAffinity"));
                            }
                            node_affinity__ = map_.next_value()?;
                        }
                        GeneratedField::PodAffinity => {
                            if pod_affinity__.is_some() {
                                return Err(serde::de::Error::duplicate_field("podAffinity"));
                            }
                            pod_affinity__ = map_.next_value()?;
                        }
                        GeneratedField::PodAntiAffinity => {
                            if pod_anti_affinity__.is_some() {
                                return Err(serde::de::Error::duplicate_field("podAntiAffinity"));
                            }
                            pod_anti_affinity__ = map_.next_value()?;
                        }
                    }
                }
                Ok(Affinity {
                    node_affinity: node_affinity__,
                    pod_affinity: pod_affinity__,
                    pod_anti_affinity: pod_anti_affinity__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Affinity", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for AgentInfo {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.version.is_empty() {
            len += 1;
        }
        if self.connected_since.is_some() {
            len += 1;
        }
        if self.last_report_time.is_some() {
            len += 1;
        }
        if self.inventory_sequence != 0 {
            len += 1;
        }
        if self.certificate_expire_time.is_some() {
            len += 1;
        }
        if self.protocol_version != 0 {
            len += 1;
        }
        if !self.kubernetes_version.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.AgentInfo", len)?;
        if !self.version.is_empty() {
            struct_ser.serialize_field("version", &self.version)?;
        }
        if let Some(v) = self.connected_since.as_ref() {
            struct_ser.serialize_field("connectedSince", v)?;
        }
        if let Some(v) = self.last_report_time.as_ref() {
            struct_ser.serialize_field("lastReportTime", v)?;
        }
        if self.inventory_sequence != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("inventorySequence", ToString::to_string(&self.inventory_sequence).as_str())?;
        }
        if let Some(v) = self.certificate_expire_time.as_ref() {
            struct_ser.serialize_field("certificateExpireTime", v)?;
        }
        if self.protocol_version != 0 {
            struct_ser.serialize_field("protocolVersion", &self.protocol_version)?;
        }
        if !self.kubernetes_version.is_empty() {
            struct_ser.serialize_field("kubernetesVersion", &self.kubernetes_version)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for AgentInfo {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "version",
            "connected_since",
            "connectedSince",
            "last_report_time",
            "lastReportTime",
            "inventory_sequence",
            "inventorySequence",
            "certificate_expire_time",
            "certificateExpireTime",
            "protocol_version",
            "protocolVersion",
            "kubernetes_version",
            "kubernetesVersion",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Version,
            ConnectedSince,
            LastReportTime,
            InventorySequence,
            CertificateExpireTime,
            ProtocolVersion,
            KubernetesVersion,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "version" => Ok(GeneratedField::Version),
                            "connectedSince" | "connected_since" => Ok(GeneratedField::ConnectedSince),
                            "lastReportTime" | "last_report_time" => Ok(GeneratedField::LastReportTime),
                            "inventorySequence" | "inventory_sequence" => Ok(GeneratedField::InventorySequence),
                            "certificateExpireTime" | "certificate_expire_time" => Ok(GeneratedField::CertificateExpireTime),
                            "protocolVersion" | "protocol_version" => Ok(GeneratedField::ProtocolVersion),
                            "kubernetesVersion" | "kubernetes_version" => Ok(GeneratedField::KubernetesVersion),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = AgentInfo;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.AgentInfo")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<AgentInfo, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut version__ = None;
                let mut connected_since__ = None;
                let mut last_report_time__ = None;
                let mut inventory_sequence__ = None;
                let mut certificate_expire_time__ = None;
                let mut protocol_version__ = None;
                let mut kubernetes_version__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Version => {
                            if version__.is_some() {
                                return Err(serde::de::Error::duplicate_field("version"));
                            }
                            version__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ConnectedSince => {
                            if connected_since__.is_some() {
                                return Err(serde::de::Error::duplicate_field("connectedSince"));
                            }
                            connected_since__ = map_.next_value()?;
                        }
                        GeneratedField::LastReportTime => {
                            if last_report_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("lastReportTime"));
                            }
                            last_report_time__ = map_.next_value()?;
                        }
                        GeneratedField::InventorySequence => {
                            if inventory_sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("inventorySequence"));
                            }
                            inventory_sequence__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::CertificateExpireTime => {
                            if certificate_expire_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("certificateExpireTime"));
                            }
                            certificate_expire_time__ = map_.next_value()?;
                        }
                        GeneratedField::ProtocolVersion => {
                            if protocol_version__.is_some() {
                                return Err(serde::de::Error::duplicate_field("protocolVersion"));
                            }
                            protocol_version__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::KubernetesVersion => {
                            if kubernetes_version__.is_some() {
                                return Err(serde::de::Error::duplicate_field("kubernetesVersion"));
                            }
                            kubernetes_version__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(AgentInfo {
                    version: version__.unwrap_or_default(),
                    connected_since: connected_since__,
                    last_report_time: last_report_time__,
                    inventory_sequence: inventory_sequence__.unwrap_or_default(),
                    certificate_expire_time: certificate_expire_time__,
                    protocol_version: protocol_version__.unwrap_or_default(),
                    kubernetes_version: kubernetes_version__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.AgentInfo", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for AgentMessage {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.message.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.AgentMessage", len)?;
        if let Some(v) = self.message.as_ref() {
            match v {
                agent_message::Message::Hello(v) => {
                    struct_ser.serialize_field("hello", v)?;
                }
                agent_message::Message::Running(v) => {
                    struct_ser.serialize_field("running", v)?;
                }
                agent_message::Message::Report(v) => {
                    struct_ser.serialize_field("report", v)?;
                }
                agent_message::Message::Heartbeat(v) => {
                    struct_ser.serialize_field("heartbeat", v)?;
                }
                agent_message::Message::Ack(v) => {
                    struct_ser.serialize_field("ack", v)?;
                }
            }
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for AgentMessage {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "hello",
            "running",
            "report",
            "heartbeat",
            "ack",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Hello,
            Running,
            Report,
            Heartbeat,
            Ack,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "hello" => Ok(GeneratedField::Hello),
                            "running" => Ok(GeneratedField::Running),
                            "report" => Ok(GeneratedField::Report),
                            "heartbeat" => Ok(GeneratedField::Heartbeat),
                            "ack" => Ok(GeneratedField::Ack),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = AgentMessage;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.AgentMessage")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<AgentMessage, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut message__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Hello => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("hello"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(agent_message::Message::Hello)
;
                        }
                        GeneratedField::Running => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("running"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(agent_message::Message::Running)
;
                        }
                        GeneratedField::Report => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("report"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(agent_message::Message::Report)
;
                        }
                        GeneratedField::Heartbeat => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("heartbeat"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(agent_message::Message::Heartbeat)
;
                        }
                        GeneratedField::Ack => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("ack"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(agent_message::Message::Ack)
;
                        }
                    }
                }
                Ok(AgentMessage {
                    message: message__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.AgentMessage", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Apply {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.header.is_some() {
            len += 1;
        }
        if !self.tenant.is_empty() {
            len += 1;
        }
        if !self.placement.is_empty() {
            len += 1;
        }
        if !self.namespace.is_empty() {
            len += 1;
        }
        if !self.object_name.is_empty() {
            len += 1;
        }
        if self.generation != 0 {
            len += 1;
        }
        if !self.performer_spec_json.is_empty() {
            len += 1;
        }
        if !self.content_hash.is_empty() {
            len += 1;
        }
        if !self.signed_placement.is_empty() {
            len += 1;
        }
        if !self.node.is_empty() {
            len += 1;
        }
        if !self.service_name.is_empty() {
            len += 1;
        }
        if self.grpc_port != 0 {
            len += 1;
        }
        if self.gated {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Apply", len)?;
        if let Some(v) = self.header.as_ref() {
            struct_ser.serialize_field("header", v)?;
        }
        if !self.tenant.is_empty() {
            struct_ser.serialize_field("tenant", &self.tenant)?;
        }
        if !self.placement.is_empty() {
            struct_ser.serialize_field("placement", &self.placement)?;
        }
        if !self.namespace.is_empty() {
            struct_ser.serialize_field("namespace", &self.namespace)?;
        }
        if !self.object_name.is_empty() {
            struct_ser.serialize_field("objectName", &self.object_name)?;
        }
        if self.generation != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("generation", ToString::to_string(&self.generation).as_str())?;
        }
        if !self.performer_spec_json.is_empty() {
            struct_ser.serialize_field("performerSpecJson", &self.performer_spec_json)?;
        }
        if !self.content_hash.is_empty() {
            struct_ser.serialize_field("contentHash", &self.content_hash)?;
        }
        if !self.signed_placement.is_empty() {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("signedPlacement", pbjson::private::base64::encode(&self.signed_placement).as_str())?;
        }
        if !self.node.is_empty() {
            struct_ser.serialize_field("node", &self.node)?;
        }
        if !self.service_name.is_empty() {
            struct_ser.serialize_field("serviceName", &self.service_name)?;
        }
        if self.grpc_port != 0 {
            struct_ser.serialize_field("grpcPort", &self.grpc_port)?;
        }
        if self.gated {
            struct_ser.serialize_field("gated", &self.gated)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Apply {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "header",
            "tenant",
            "placement",
            "namespace",
            "object_name",
            "objectName",
            "generation",
            "performer_spec_json",
            "performerSpecJson",
            "content_hash",
            "contentHash",
            "signed_placement",
            "signedPlacement",
            "node",
            "service_name",
            "serviceName",
            "grpc_port",
            "grpcPort",
            "gated",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Header,
            Tenant,
            Placement,
            Namespace,
            ObjectName,
            Generation,
            PerformerSpecJson,
            ContentHash,
            SignedPlacement,
            Node,
            ServiceName,
            GrpcPort,
            Gated,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "header" => Ok(GeneratedField::Header),
                            "tenant" => Ok(GeneratedField::Tenant),
                            "placement" => Ok(GeneratedField::Placement),
                            "namespace" => Ok(GeneratedField::Namespace),
                            "objectName" | "object_name" => Ok(GeneratedField::ObjectName),
                            "generation" => Ok(GeneratedField::Generation),
                            "performerSpecJson" | "performer_spec_json" => Ok(GeneratedField::PerformerSpecJson),
                            "contentHash" | "content_hash" => Ok(GeneratedField::ContentHash),
                            "signedPlacement" | "signed_placement" => Ok(GeneratedField::SignedPlacement),
                            "node" => Ok(GeneratedField::Node),
                            "serviceName" | "service_name" => Ok(GeneratedField::ServiceName),
                            "grpcPort" | "grpc_port" => Ok(GeneratedField::GrpcPort),
                            "gated" => Ok(GeneratedField::Gated),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Apply;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Apply")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Apply, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut header__ = None;
                let mut tenant__ = None;
                let mut placement__ = None;
                let mut namespace__ = None;
                let mut object_name__ = None;
                let mut generation__ = None;
                let mut performer_spec_json__ = None;
                let mut content_hash__ = None;
                let mut signed_placement__ = None;
                let mut node__ = None;
                let mut service_name__ = None;
                let mut grpc_port__ = None;
                let mut gated__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Header => {
                            if header__.is_some() {
                                return Err(serde::de::Error::duplicate_field("header"));
                            }
                            header__ = map_.next_value()?;
                        }
                        GeneratedField::Tenant => {
                            if tenant__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tenant"));
                            }
                            tenant__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Placement => {
                            if placement__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placement"));
                            }
                            placement__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Namespace => {
                            if namespace__.is_some() {
                                return Err(serde::de::Error::duplicate_field("namespace"));
                            }
                            namespace__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ObjectName => {
                            if object_name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("objectName"));
                            }
                            object_name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Generation => {
                            if generation__.is_some() {
                                return Err(serde::de::Error::duplicate_field("generation"));
                            }
                            generation__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::PerformerSpecJson => {
                            if performer_spec_json__.is_some() {
                                return Err(serde::de::Error::duplicate_field("performerSpecJson"));
                            }
                            performer_spec_json__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ContentHash => {
                            if content_hash__.is_some() {
                                return Err(serde::de::Error::duplicate_field("contentHash"));
                            }
                            content_hash__ = Some(map_.next_value()?);
                        }
                        GeneratedField::SignedPlacement => {
                            if signed_placement__.is_some() {
                                return Err(serde::de::Error::duplicate_field("signedPlacement"));
                            }
                            signed_placement__ = 
                                Some(map_.next_value::<::pbjson::private::BytesDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Node => {
                            if node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("node"));
                            }
                            node__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ServiceName => {
                            if service_name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("serviceName"));
                            }
                            service_name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::GrpcPort => {
                            if grpc_port__.is_some() {
                                return Err(serde::de::Error::duplicate_field("grpcPort"));
                            }
                            grpc_port__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Gated => {
                            if gated__.is_some() {
                                return Err(serde::de::Error::duplicate_field("gated"));
                            }
                            gated__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Apply {
                    header: header__,
                    tenant: tenant__.unwrap_or_default(),
                    placement: placement__.unwrap_or_default(),
                    namespace: namespace__.unwrap_or_default(),
                    object_name: object_name__.unwrap_or_default(),
                    generation: generation__.unwrap_or_default(),
                    performer_spec_json: performer_spec_json__.unwrap_or_default(),
                    content_hash: content_hash__.unwrap_or_default(),
                    signed_placement: signed_placement__.unwrap_or_default(),
                    node: node__.unwrap_or_default(),
                    service_name: service_name__.unwrap_or_default(),
                    grpc_port: grpc_port__.unwrap_or_default(),
                    gated: gated__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Apply", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Assignment {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if !self.cluster.is_empty() {
            len += 1;
        }
        if !self.node.is_empty() {
            len += 1;
        }
        if self.generation != 0 {
            len += 1;
        }
        if !self.performer.is_empty() {
            len += 1;
        }
        if !self.endpoints.is_empty() {
            len += 1;
        }
        if self.phase != 0 {
            len += 1;
        }
        if self.ready {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if self.observe_time.is_some() {
            len += 1;
        }
        if !self.attempts.is_empty() {
            len += 1;
        }
        if !self.scores.is_empty() {
            len += 1;
        }
        if self.snapshot_id != 0 {
            len += 1;
        }
        if !self.disruption.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Assignment", len)?;
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if !self.node.is_empty() {
            struct_ser.serialize_field("node", &self.node)?;
        }
        if self.generation != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("generation", ToString::to_string(&self.generation).as_str())?;
        }
        if !self.performer.is_empty() {
            struct_ser.serialize_field("performer", &self.performer)?;
        }
        if !self.endpoints.is_empty() {
            struct_ser.serialize_field("endpoints", &self.endpoints)?;
        }
        if self.phase != 0 {
            let v = assignment::Phase::try_from(self.phase)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.phase)))?;
            struct_ser.serialize_field("phase", &v)?;
        }
        if self.ready {
            struct_ser.serialize_field("ready", &self.ready)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if let Some(v) = self.observe_time.as_ref() {
            struct_ser.serialize_field("observeTime", v)?;
        }
        if !self.attempts.is_empty() {
            struct_ser.serialize_field("attempts", &self.attempts)?;
        }
        if !self.scores.is_empty() {
            struct_ser.serialize_field("scores", &self.scores)?;
        }
        if self.snapshot_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("snapshotId", ToString::to_string(&self.snapshot_id).as_str())?;
        }
        if !self.disruption.is_empty() {
            struct_ser.serialize_field("disruption", &self.disruption)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Assignment {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "slot",
            "epoch",
            "cluster",
            "node",
            "generation",
            "performer",
            "endpoints",
            "phase",
            "ready",
            "message",
            "observe_time",
            "observeTime",
            "attempts",
            "scores",
            "snapshot_id",
            "snapshotId",
            "disruption",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Slot,
            Epoch,
            Cluster,
            Node,
            Generation,
            Performer,
            Endpoints,
            Phase,
            Ready,
            Message,
            ObserveTime,
            Attempts,
            Scores,
            SnapshotId,
            Disruption,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "cluster" => Ok(GeneratedField::Cluster),
                            "node" => Ok(GeneratedField::Node),
                            "generation" => Ok(GeneratedField::Generation),
                            "performer" => Ok(GeneratedField::Performer),
                            "endpoints" => Ok(GeneratedField::Endpoints),
                            "phase" => Ok(GeneratedField::Phase),
                            "ready" => Ok(GeneratedField::Ready),
                            "message" => Ok(GeneratedField::Message),
                            "observeTime" | "observe_time" => Ok(GeneratedField::ObserveTime),
                            "attempts" => Ok(GeneratedField::Attempts),
                            "scores" => Ok(GeneratedField::Scores),
                            "snapshotId" | "snapshot_id" => Ok(GeneratedField::SnapshotId),
                            "disruption" => Ok(GeneratedField::Disruption),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Assignment;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Assignment")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Assignment, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut cluster__ = None;
                let mut node__ = None;
                let mut generation__ = None;
                let mut performer__ = None;
                let mut endpoints__ = None;
                let mut phase__ = None;
                let mut ready__ = None;
                let mut message__ = None;
                let mut observe_time__ = None;
                let mut attempts__ = None;
                let mut scores__ = None;
                let mut snapshot_id__ = None;
                let mut disruption__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Node => {
                            if node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("node"));
                            }
                            node__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Generation => {
                            if generation__.is_some() {
                                return Err(serde::de::Error::duplicate_field("generation"));
                            }
                            generation__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Performer => {
                            if performer__.is_some() {
                                return Err(serde::de::Error::duplicate_field("performer"));
                            }
                            performer__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Endpoints => {
                            if endpoints__.is_some() {
                                return Err(serde::de::Error::duplicate_field("endpoints"));
                            }
                            endpoints__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Phase => {
                            if phase__.is_some() {
                                return Err(serde::de::Error::duplicate_field("phase"));
                            }
                            phase__ = Some(map_.next_value::<assignment::Phase>()? as i32);
                        }
                        GeneratedField::Ready => {
                            if ready__.is_some() {
                                return Err(serde::de::Error::duplicate_field("ready"));
                            }
                            ready__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ObserveTime => {
                            if observe_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("observeTime"));
                            }
                            observe_time__ = map_.next_value()?;
                        }
                        GeneratedField::Attempts => {
                            if attempts__.is_some() {
                                return Err(serde::de::Error::duplicate_field("attempts"));
                            }
                            attempts__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Scores => {
                            if scores__.is_some() {
                                return Err(serde::de::Error::duplicate_field("scores"));
                            }
                            scores__ = Some(map_.next_value()?);
                        }
                        GeneratedField::SnapshotId => {
                            if snapshot_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("snapshotId"));
                            }
                            snapshot_id__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Disruption => {
                            if disruption__.is_some() {
                                return Err(serde::de::Error::duplicate_field("disruption"));
                            }
                            disruption__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Assignment {
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    cluster: cluster__.unwrap_or_default(),
                    node: node__.unwrap_or_default(),
                    generation: generation__.unwrap_or_default(),
                    performer: performer__.unwrap_or_default(),
                    endpoints: endpoints__.unwrap_or_default(),
                    phase: phase__.unwrap_or_default(),
                    ready: ready__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    observe_time: observe_time__,
                    attempts: attempts__.unwrap_or_default(),
                    scores: scores__.unwrap_or_default(),
                    snapshot_id: snapshot_id__.unwrap_or_default(),
                    disruption: disruption__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Assignment", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for assignment::Phase {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "PHASE_UNSPECIFIED",
            Self::Dispatching => "DISPATCHING",
            Self::Accepted => "ACCEPTED",
            Self::Starting => "STARTING",
            Self::Running => "RUNNING",
            Self::Upgrading => "UPGRADING",
            Self::Terminating => "TERMINATING",
            Self::Broken => "BROKEN",
            Self::Refused => "REFUSED",
            Self::Unknown => "UNKNOWN",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for assignment::Phase {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "PHASE_UNSPECIFIED",
            "DISPATCHING",
            "ACCEPTED",
            "STARTING",
            "RUNNING",
            "UPGRADING",
            "TERMINATING",
            "BROKEN",
            "REFUSED",
            "UNKNOWN",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = assignment::Phase;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "PHASE_UNSPECIFIED" => Ok(assignment::Phase::Unspecified),
                    "DISPATCHING" => Ok(assignment::Phase::Dispatching),
                    "ACCEPTED" => Ok(assignment::Phase::Accepted),
                    "STARTING" => Ok(assignment::Phase::Starting),
                    "RUNNING" => Ok(assignment::Phase::Running),
                    "UPGRADING" => Ok(assignment::Phase::Upgrading),
                    "TERMINATING" => Ok(assignment::Phase::Terminating),
                    "BROKEN" => Ok(assignment::Phase::Broken),
                    "REFUSED" => Ok(assignment::Phase::Refused),
                    "UNKNOWN" => Ok(assignment::Phase::Unknown),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for Attempt {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.epoch != 0 {
            len += 1;
        }
        if !self.cluster.is_empty() {
            len += 1;
        }
        if !self.node.is_empty() {
            len += 1;
        }
        if self.reason != 0 {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if self.end_time.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Attempt", len)?;
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if !self.node.is_empty() {
            struct_ser.serialize_field("node", &self.node)?;
        }
        if self.reason != 0 {
            let v = condition::Reason::try_from(self.reason)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.reason)))?;
            struct_ser.serialize_field("reason", &v)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if let Some(v) = self.end_time.as_ref() {
            struct_ser.serialize_field("endTime", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Attempt {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "epoch",
            "cluster",
            "node",
            "reason",
            "message",
            "end_time",
            "endTime",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Epoch,
            Cluster,
            Node,
            Reason,
            Message,
            EndTime,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "epoch" => Ok(GeneratedField::Epoch),
                            "cluster" => Ok(GeneratedField::Cluster),
                            "node" => Ok(GeneratedField::Node),
                            "reason" => Ok(GeneratedField::Reason),
                            "message" => Ok(GeneratedField::Message),
                            "endTime" | "end_time" => Ok(GeneratedField::EndTime),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Attempt;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Attempt")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Attempt, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut epoch__ = None;
                let mut cluster__ = None;
                let mut node__ = None;
                let mut reason__ = None;
                let mut message__ = None;
                let mut end_time__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Node => {
                            if node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("node"));
                            }
                            node__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value::<condition::Reason>()? as i32);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value()?);
                        }
                        GeneratedField::EndTime => {
                            if end_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("endTime"));
                            }
                            end_time__ = map_.next_value()?;
                        }
                    }
                }
                Ok(Attempt {
                    epoch: epoch__.unwrap_or_default(),
                    cluster: cluster__.unwrap_or_default(),
                    node: node__.unwrap_or_default(),
                    reason: reason__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    end_time: end_time__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Attempt", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Cluster {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.uid.is_empty() {
            len += 1;
        }
        if !self.etag.is_empty() {
            len += 1;
        }
        if self.state != 0 {
            len += 1;
        }
        if !self.labels.is_empty() {
            len += 1;
        }
        if !self.taints.is_empty() {
            len += 1;
        }
        if self.cordoned {
            len += 1;
        }
        if self.agent.is_some() {
            len += 1;
        }
        if !self.resources.is_empty() {
            len += 1;
        }
        if !self.conditions.is_empty() {
            len += 1;
        }
        if self.create_time.is_some() {
            len += 1;
        }
        if self.nodes != 0 {
            len += 1;
        }
        if self.nodes_ready != 0 {
            len += 1;
        }
        if self.assignments != 0 {
            len += 1;
        }
        if self.orphans != 0 {
            len += 1;
        }
        if !self.gpus.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Cluster", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.uid.is_empty() {
            struct_ser.serialize_field("uid", &self.uid)?;
        }
        if !self.etag.is_empty() {
            struct_ser.serialize_field("etag", &self.etag)?;
        }
        if self.state != 0 {
            let v = cluster::State::try_from(self.state)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.state)))?;
            struct_ser.serialize_field("state", &v)?;
        }
        if !self.labels.is_empty() {
            struct_ser.serialize_field("labels", &self.labels)?;
        }
        if !self.taints.is_empty() {
            struct_ser.serialize_field("taints", &self.taints)?;
        }
        if self.cordoned {
            struct_ser.serialize_field("cordoned", &self.cordoned)?;
        }
        if let Some(v) = self.agent.as_ref() {
            struct_ser.serialize_field("agent", v)?;
        }
        if !self.resources.is_empty() {
            struct_ser.serialize_field("resources", &self.resources)?;
        }
        if !self.conditions.is_empty() {
            struct_ser.serialize_field("conditions", &self.conditions)?;
        }
        if let Some(v) = self.create_time.as_ref() {
            struct_ser.serialize_field("createTime", v)?;
        }
        if self.nodes != 0 {
            struct_ser.serialize_field("nodes", &self.nodes)?;
        }
        if self.nodes_ready != 0 {
            struct_ser.serialize_field("nodesReady", &self.nodes_ready)?;
        }
        if self.assignments != 0 {
            struct_ser.serialize_field("assignments", &self.assignments)?;
        }
        if self.orphans != 0 {
            struct_ser.serialize_field("orphans", &self.orphans)?;
        }
        if !self.gpus.is_empty() {
            struct_ser.serialize_field("gpus", &self.gpus)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Cluster {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "uid",
            "etag",
            "state",
            "labels",
            "taints",
            "cordoned",
            "agent",
            "resources",
            "conditions",
            "create_time",
            "createTime",
            "nodes",
            "nodes_ready",
            "nodesReady",
            "assignments",
            "orphans",
            "gpus",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Uid,
            Etag,
            State,
            Labels,
            Taints,
            Cordoned,
            Agent,
            Resources,
            Conditions,
            CreateTime,
            Nodes,
            NodesReady,
            Assignments,
            Orphans,
            Gpus,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "uid" => Ok(GeneratedField::Uid),
                            "etag" => Ok(GeneratedField::Etag),
                            "state" => Ok(GeneratedField::State),
                            "labels" => Ok(GeneratedField::Labels),
                            "taints" => Ok(GeneratedField::Taints),
                            "cordoned" => Ok(GeneratedField::Cordoned),
                            "agent" => Ok(GeneratedField::Agent),
                            "resources" => Ok(GeneratedField::Resources),
                            "conditions" => Ok(GeneratedField::Conditions),
                            "createTime" | "create_time" => Ok(GeneratedField::CreateTime),
                            "nodes" => Ok(GeneratedField::Nodes),
                            "nodesReady" | "nodes_ready" => Ok(GeneratedField::NodesReady),
                            "assignments" => Ok(GeneratedField::Assignments),
                            "orphans" => Ok(GeneratedField::Orphans),
                            "gpus" => Ok(GeneratedField::Gpus),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Cluster;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Cluster")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Cluster, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut uid__ = None;
                let mut etag__ = None;
                let mut state__ = None;
                let mut labels__ = None;
                let mut taints__ = None;
                let mut cordoned__ = None;
                let mut agent__ = None;
                let mut resources__ = None;
                let mut conditions__ = None;
                let mut create_time__ = None;
                let mut nodes__ = None;
                let mut nodes_ready__ = None;
                let mut assignments__ = None;
                let mut orphans__ = None;
                let mut gpus__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Uid => {
                            if uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("uid"));
                            }
                            uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Etag => {
                            if etag__.is_some() {
                                return Err(serde::de::Error::duplicate_field("etag"));
                            }
                            etag__ = Some(map_.next_value()?);
                        }
                        GeneratedField::State => {
                            if state__.is_some() {
                                return Err(serde::de::Error::duplicate_field("state"));
                            }
                            state__ = Some(map_.next_value::<cluster::State>()? as i32);
                        }
                        GeneratedField::Labels => {
                            if labels__.is_some() {
                                return Err(serde::de::Error::duplicate_field("labels"));
                            }
                            labels__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::Taints => {
                            if taints__.is_some() {
                                return Err(serde::de::Error::duplicate_field("taints"));
                            }
                            taints__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Cordoned => {
                            if cordoned__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cordoned"));
                            }
                            cordoned__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Agent => {
                            if agent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("agent"));
                            }
                            agent__ = map_.next_value()?;
                        }
                        GeneratedField::Resources => {
                            if resources__.is_some() {
                                return Err(serde::de::Error::duplicate_field("resources"));
                            }
                            resources__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Conditions => {
                            if conditions__.is_some() {
                                return Err(serde::de::Error::duplicate_field("conditions"));
                            }
                            conditions__ = Some(map_.next_value()?);
                        }
                        GeneratedField::CreateTime => {
                            if create_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("createTime"));
                            }
                            create_time__ = map_.next_value()?;
                        }
                        GeneratedField::Nodes => {
                            if nodes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodes"));
                            }
                            nodes__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::NodesReady => {
                            if nodes_ready__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodesReady"));
                            }
                            nodes_ready__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Assignments => {
                            if assignments__.is_some() {
                                return Err(serde::de::Error::duplicate_field("assignments"));
                            }
                            assignments__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Orphans => {
                            if orphans__.is_some() {
                                return Err(serde::de::Error::duplicate_field("orphans"));
                            }
                            orphans__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Gpus => {
                            if gpus__.is_some() {
                                return Err(serde::de::Error::duplicate_field("gpus"));
                            }
                            gpus__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Cluster {
                    name: name__.unwrap_or_default(),
                    uid: uid__.unwrap_or_default(),
                    etag: etag__.unwrap_or_default(),
                    state: state__.unwrap_or_default(),
                    labels: labels__.unwrap_or_default(),
                    taints: taints__.unwrap_or_default(),
                    cordoned: cordoned__.unwrap_or_default(),
                    agent: agent__,
                    resources: resources__.unwrap_or_default(),
                    conditions: conditions__.unwrap_or_default(),
                    create_time: create_time__,
                    nodes: nodes__.unwrap_or_default(),
                    nodes_ready: nodes_ready__.unwrap_or_default(),
                    assignments: assignments__.unwrap_or_default(),
                    orphans: orphans__.unwrap_or_default(),
                    gpus: gpus__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Cluster", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for cluster::State {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "STATE_UNSPECIFIED",
            Self::Joining => "JOINING",
            Self::Ready => "READY",
            Self::Suspect => "SUSPECT",
            Self::Unreachable => "UNREACHABLE",
            Self::Cordoned => "CORDONED",
            Self::Leaving => "LEAVING",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for cluster::State {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "STATE_UNSPECIFIED",
            "JOINING",
            "READY",
            "SUSPECT",
            "UNREACHABLE",
            "CORDONED",
            "LEAVING",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = cluster::State;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "STATE_UNSPECIFIED" => Ok(cluster::State::Unspecified),
                    "JOINING" => Ok(cluster::State::Joining),
                    "READY" => Ok(cluster::State::Ready),
                    "SUSPECT" => Ok(cluster::State::Suspect),
                    "UNREACHABLE" => Ok(cluster::State::Unreachable),
                    "CORDONED" => Ok(cluster::State::Cordoned),
                    "LEAVING" => Ok(cluster::State::Leaving),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for ClusterCondition {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.r#type.is_empty() {
            len += 1;
        }
        if self.status != 0 {
            len += 1;
        }
        if !self.reason.is_empty() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if self.last_transition_time.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ClusterCondition", len)?;
        if !self.r#type.is_empty() {
            struct_ser.serialize_field("type", &self.r#type)?;
        }
        if self.status != 0 {
            let v = condition::Status::try_from(self.status)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.status)))?;
            struct_ser.serialize_field("status", &v)?;
        }
        if !self.reason.is_empty() {
            struct_ser.serialize_field("reason", &self.reason)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if let Some(v) = self.last_transition_time.as_ref() {
            struct_ser.serialize_field("lastTransitionTime", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ClusterCondition {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "type",
            "status",
            "reason",
            "message",
            "last_transition_time",
            "lastTransitionTime",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Type,
            Status,
            Reason,
            Message,
            LastTransitionTime,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "type" => Ok(GeneratedField::Type),
                            "status" => Ok(GeneratedField::Status),
                            "reason" => Ok(GeneratedField::Reason),
                            "message" => Ok(GeneratedField::Message),
                            "lastTransitionTime" | "last_transition_time" => Ok(GeneratedField::LastTransitionTime),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ClusterCondition;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ClusterCondition")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ClusterCondition, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut r#type__ = None;
                let mut status__ = None;
                let mut reason__ = None;
                let mut message__ = None;
                let mut last_transition_time__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Type => {
                            if r#type__.is_some() {
                                return Err(serde::de::Error::duplicate_field("type"));
                            }
                            r#type__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Status => {
                            if status__.is_some() {
                                return Err(serde::de::Error::duplicate_field("status"));
                            }
                            status__ = Some(map_.next_value::<condition::Status>()? as i32);
                        }
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value()?);
                        }
                        GeneratedField::LastTransitionTime => {
                            if last_transition_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("lastTransitionTime"));
                            }
                            last_transition_time__ = map_.next_value()?;
                        }
                    }
                }
                Ok(ClusterCondition {
                    r#type: r#type__.unwrap_or_default(),
                    status: status__.unwrap_or_default(),
                    reason: reason__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    last_transition_time: last_transition_time__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ClusterCondition", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ClusterExplanation {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.cluster.is_empty() {
            len += 1;
        }
        if self.eligible {
            len += 1;
        }
        if !self.excluded_by.is_empty() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if self.nodes_seen != 0 {
            len += 1;
        }
        if self.nodes_feasible != 0 {
            len += 1;
        }
        if !self.rejections.is_empty() {
            len += 1;
        }
        if self.best_node.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ClusterExplanation", len)?;
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if self.eligible {
            struct_ser.serialize_field("eligible", &self.eligible)?;
        }
        if !self.excluded_by.is_empty() {
            struct_ser.serialize_field("excludedBy", &self.excluded_by)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if self.nodes_seen != 0 {
            struct_ser.serialize_field("nodesSeen", &self.nodes_seen)?;
        }
        if self.nodes_feasible != 0 {
            struct_ser.serialize_field("nodesFeasible", &self.nodes_feasible)?;
        }
        if !self.rejections.is_empty() {
            struct_ser.serialize_field("rejections", &self.rejections)?;
        }
        if let Some(v) = self.best_node.as_ref() {
            struct_ser.serialize_field("bestNode", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ClusterExplanation {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "cluster",
            "eligible",
            "excluded_by",
            "excludedBy",
            "message",
            "nodes_seen",
            "nodesSeen",
            "nodes_feasible",
            "nodesFeasible",
            "rejections",
            "best_node",
            "bestNode",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Cluster,
            Eligible,
            ExcludedBy,
            Message,
            NodesSeen,
            NodesFeasible,
            Rejections,
            BestNode,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "cluster" => Ok(GeneratedField::Cluster),
                            "eligible" => Ok(GeneratedField::Eligible),
                            "excludedBy" | "excluded_by" => Ok(GeneratedField::ExcludedBy),
                            "message" => Ok(GeneratedField::Message),
                            "nodesSeen" | "nodes_seen" => Ok(GeneratedField::NodesSeen),
                            "nodesFeasible" | "nodes_feasible" => Ok(GeneratedField::NodesFeasible),
                            "rejections" => Ok(GeneratedField::Rejections),
                            "bestNode" | "best_node" => Ok(GeneratedField::BestNode),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ClusterExplanation;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ClusterExplanation")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ClusterExplanation, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut cluster__ = None;
                let mut eligible__ = None;
                let mut excluded_by__ = None;
                let mut message__ = None;
                let mut nodes_seen__ = None;
                let mut nodes_feasible__ = None;
                let mut rejections__ = None;
                let mut best_node__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Eligible => {
                            if eligible__.is_some() {
                                return Err(serde::de::Error::duplicate_field("eligible"));
                            }
                            eligible__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ExcludedBy => {
                            if excluded_by__.is_some() {
                                return Err(serde::de::Error::duplicate_field("excludedBy"));
                            }
                            excluded_by__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value()?);
                        }
                        GeneratedField::NodesSeen => {
                            if nodes_seen__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodesSeen"));
                            }
                            nodes_seen__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::NodesFeasible => {
                            if nodes_feasible__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodesFeasible"));
                            }
                            nodes_feasible__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Rejections => {
                            if rejections__.is_some() {
                                return Err(serde::de::Error::duplicate_field("rejections"));
                            }
                            rejections__ = Some(map_.next_value()?);
                        }
                        GeneratedField::BestNode => {
                            if best_node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("bestNode"));
                            }
                            best_node__ = map_.next_value()?;
                        }
                    }
                }
                Ok(ClusterExplanation {
                    cluster: cluster__.unwrap_or_default(),
                    eligible: eligible__.unwrap_or_default(),
                    excluded_by: excluded_by__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    nodes_seen: nodes_seen__.unwrap_or_default(),
                    nodes_feasible: nodes_feasible__.unwrap_or_default(),
                    rejections: rejections__.unwrap_or_default(),
                    best_node: best_node__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ClusterExplanation", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ClusterFacts {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.kubernetes_version.is_empty() {
            len += 1;
        }
        if !self.runtime_classes.is_empty() {
            len += 1;
        }
        if !self.tenants.is_empty() {
            len += 1;
        }
        if !self.namespaces.is_empty() {
            len += 1;
        }
        if !self.priority_classes.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ClusterFacts", len)?;
        if !self.kubernetes_version.is_empty() {
            struct_ser.serialize_field("kubernetesVersion", &self.kubernetes_version)?;
        }
        if !self.runtime_classes.is_empty() {
            struct_ser.serialize_field("runtimeClasses", &self.runtime_classes)?;
        }
        if !self.tenants.is_empty() {
            struct_ser.serialize_field("tenants", &self.tenants)?;
        }
        if !self.namespaces.is_empty() {
            struct_ser.serialize_field("namespaces", &self.namespaces)?;
        }
        if !self.priority_classes.is_empty() {
            struct_ser.serialize_field("priorityClasses", &self.priority_classes)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ClusterFacts {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "kubernetes_version",
            "kubernetesVersion",
            "runtime_classes",
            "runtimeClasses",
            "tenants",
            "namespaces",
            "priority_classes",
            "priorityClasses",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            KubernetesVersion,
            RuntimeClasses,
            Tenants,
            Namespaces,
            PriorityClasses,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "kubernetesVersion" | "kubernetes_version" => Ok(GeneratedField::KubernetesVersion),
                            "runtimeClasses" | "runtime_classes" => Ok(GeneratedField::RuntimeClasses),
                            "tenants" => Ok(GeneratedField::Tenants),
                            "namespaces" => Ok(GeneratedField::Namespaces),
                            "priorityClasses" | "priority_classes" => Ok(GeneratedField::PriorityClasses),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ClusterFacts;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ClusterFacts")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ClusterFacts, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut kubernetes_version__ = None;
                let mut runtime_classes__ = None;
                let mut tenants__ = None;
                let mut namespaces__ = None;
                let mut priority_classes__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::KubernetesVersion => {
                            if kubernetes_version__.is_some() {
                                return Err(serde::de::Error::duplicate_field("kubernetesVersion"));
                            }
                            kubernetes_version__ = Some(map_.next_value()?);
                        }
                        GeneratedField::RuntimeClasses => {
                            if runtime_classes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("runtimeClasses"));
                            }
                            runtime_classes__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Tenants => {
                            if tenants__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tenants"));
                            }
                            tenants__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Namespaces => {
                            if namespaces__.is_some() {
                                return Err(serde::de::Error::duplicate_field("namespaces"));
                            }
                            namespaces__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PriorityClasses => {
                            if priority_classes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("priorityClasses"));
                            }
                            priority_classes__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ClusterFacts {
                    kubernetes_version: kubernetes_version__.unwrap_or_default(),
                    runtime_classes: runtime_classes__.unwrap_or_default(),
                    tenants: tenants__.unwrap_or_default(),
                    namespaces: namespaces__.unwrap_or_default(),
                    priority_classes: priority_classes__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ClusterFacts", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ClusterOverride {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.selector.is_some() {
            len += 1;
        }
        if !self.image_registry.is_empty() {
            len += 1;
        }
        if !self.environment.is_empty() {
            len += 1;
        }
        if !self.image_pull_secrets.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ClusterOverride", len)?;
        if let Some(v) = self.selector.as_ref() {
            struct_ser.serialize_field("selector", v)?;
        }
        if !self.image_registry.is_empty() {
            struct_ser.serialize_field("imageRegistry", &self.image_registry)?;
        }
        if !self.environment.is_empty() {
            struct_ser.serialize_field("environment", &self.environment)?;
        }
        if !self.image_pull_secrets.is_empty() {
            struct_ser.serialize_field("imagePullSecrets", &self.image_pull_secrets)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ClusterOverride {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "selector",
            "image_registry",
            "imageRegistry",
            "environment",
            "image_pull_secrets",
            "imagePullSecrets",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Selector,
            ImageRegistry,
            Environment,
            ImagePullSecrets,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "selector" => Ok(GeneratedField::Selector),
                            "imageRegistry" | "image_registry" => Ok(GeneratedField::ImageRegistry),
                            "environment" => Ok(GeneratedField::Environment),
                            "imagePullSecrets" | "image_pull_secrets" => Ok(GeneratedField::ImagePullSecrets),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ClusterOverride;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ClusterOverride")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ClusterOverride, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut selector__ = None;
                let mut image_registry__ = None;
                let mut environment__ = None;
                let mut image_pull_secrets__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Selector => {
                            if selector__.is_some() {
                                return Err(serde::de::Error::duplicate_field("selector"));
                            }
                            selector__ = map_.next_value()?;
                        }
                        GeneratedField::ImageRegistry => {
                            if image_registry__.is_some() {
                                return Err(serde::de::Error::duplicate_field("imageRegistry"));
                            }
                            image_registry__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Environment => {
                            if environment__.is_some() {
                                return Err(serde::de::Error::duplicate_field("environment"));
                            }
                            environment__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::ImagePullSecrets => {
                            if image_pull_secrets__.is_some() {
                                return Err(serde::de::Error::duplicate_field("imagePullSecrets"));
                            }
                            image_pull_secrets__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ClusterOverride {
                    selector: selector__,
                    image_registry: image_registry__.unwrap_or_default(),
                    environment: environment__.unwrap_or_default(),
                    image_pull_secrets: image_pull_secrets__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ClusterOverride", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ClusterPreference {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.selector.is_some() {
            len += 1;
        }
        if !self.clusters.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ClusterPreference", len)?;
        if let Some(v) = self.selector.as_ref() {
            struct_ser.serialize_field("selector", v)?;
        }
        if !self.clusters.is_empty() {
            struct_ser.serialize_field("clusters", &self.clusters)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ClusterPreference {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "selector",
            "clusters",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Selector,
            Clusters,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "selector" => Ok(GeneratedField::Selector),
                            "clusters" => Ok(GeneratedField::Clusters),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ClusterPreference;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ClusterPreference")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ClusterPreference, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut selector__ = None;
                let mut clusters__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Selector => {
                            if selector__.is_some() {
                                return Err(serde::de::Error::duplicate_field("selector"));
                            }
                            selector__ = map_.next_value()?;
                        }
                        GeneratedField::Clusters => {
                            if clusters__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clusters"));
                            }
                            clusters__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ClusterPreference {
                    selector: selector__,
                    clusters: clusters__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ClusterPreference", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ClusterRules {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.selector.is_some() {
            len += 1;
        }
        if !self.include.is_empty() {
            len += 1;
        }
        if !self.exclude.is_empty() {
            len += 1;
        }
        if !self.tolerations.is_empty() {
            len += 1;
        }
        if !self.regions.is_empty() {
            len += 1;
        }
        if !self.zones.is_empty() {
            len += 1;
        }
        if !self.providers.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ClusterRules", len)?;
        if let Some(v) = self.selector.as_ref() {
            struct_ser.serialize_field("selector", v)?;
        }
        if !self.include.is_empty() {
            struct_ser.serialize_field("include", &self.include)?;
        }
        if !self.exclude.is_empty() {
            struct_ser.serialize_field("exclude", &self.exclude)?;
        }
        if !self.tolerations.is_empty() {
            struct_ser.serialize_field("tolerations", &self.tolerations)?;
        }
        if !self.regions.is_empty() {
            struct_ser.serialize_field("regions", &self.regions)?;
        }
        if !self.zones.is_empty() {
            struct_ser.serialize_field("zones", &self.zones)?;
        }
        if !self.providers.is_empty() {
            struct_ser.serialize_field("providers", &self.providers)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ClusterRules {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "selector",
            "include",
            "exclude",
            "tolerations",
            "regions",
            "zones",
            "providers",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Selector,
            Include,
            Exclude,
            Tolerations,
            Regions,
            Zones,
            Providers,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "selector" => Ok(GeneratedField::Selector),
                            "include" => Ok(GeneratedField::Include),
                            "exclude" => Ok(GeneratedField::Exclude),
                            "tolerations" => Ok(GeneratedField::Tolerations),
                            "regions" => Ok(GeneratedField::Regions),
                            "zones" => Ok(GeneratedField::Zones),
                            "providers" => Ok(GeneratedField::Providers),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ClusterRules;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ClusterRules")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ClusterRules, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut selector__ = None;
                let mut include__ = None;
                let mut exclude__ = None;
                let mut tolerations__ = None;
                let mut regions__ = None;
                let mut zones__ = None;
                let mut providers__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Selector => {
                            if selector__.is_some() {
                                return Err(serde::de::Error::duplicate_field("selector"));
                            }
                            selector__ = map_.next_value()?;
                        }
                        GeneratedField::Include => {
                            if include__.is_some() {
                                return Err(serde::de::Error::duplicate_field("include"));
                            }
                            include__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Exclude => {
                            if exclude__.is_some() {
                                return Err(serde::de::Error::duplicate_field("exclude"));
                            }
                            exclude__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Tolerations => {
                            if tolerations__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tolerations"));
                            }
                            tolerations__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Regions => {
                            if regions__.is_some() {
                                return Err(serde::de::Error::duplicate_field("regions"));
                            }
                            regions__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Zones => {
                            if zones__.is_some() {
                                return Err(serde::de::Error::duplicate_field("zones"));
                            }
                            zones__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Providers => {
                            if providers__.is_some() {
                                return Err(serde::de::Error::duplicate_field("providers"));
                            }
                            providers__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ClusterRules {
                    selector: selector__,
                    include: include__.unwrap_or_default(),
                    exclude: exclude__.unwrap_or_default(),
                    tolerations: tolerations__.unwrap_or_default(),
                    regions: regions__.unwrap_or_default(),
                    zones: zones__.unwrap_or_default(),
                    providers: providers__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ClusterRules", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for CommandHeader {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.command_id.is_empty() {
            len += 1;
        }
        if !self.placement_uid.is_empty() {
            len += 1;
        }
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if self.incarnation != 0 {
            len += 1;
        }
        if self.term != 0 {
            len += 1;
        }
        if !self.traceparent.is_empty() {
            len += 1;
        }
        if !self.session_id.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.CommandHeader", len)?;
        if !self.command_id.is_empty() {
            struct_ser.serialize_field("commandId", &self.command_id)?;
        }
        if !self.placement_uid.is_empty() {
            struct_ser.serialize_field("placementUid", &self.placement_uid)?;
        }
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if self.incarnation != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("incarnation", ToString::to_string(&self.incarnation).as_str())?;
        }
        if self.term != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("term", ToString::to_string(&self.term).as_str())?;
        }
        if !self.traceparent.is_empty() {
            struct_ser.serialize_field("traceparent", &self.traceparent)?;
        }
        if !self.session_id.is_empty() {
            struct_ser.serialize_field("sessionId", &self.session_id)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CommandHeader {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "command_id",
            "commandId",
            "placement_uid",
            "placementUid",
            "slot",
            "epoch",
            "incarnation",
            "term",
            "traceparent",
            "session_id",
            "sessionId",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CommandId,
            PlacementUid,
            Slot,
            Epoch,
            Incarnation,
            Term,
            Traceparent,
            SessionId,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "commandId" | "command_id" => Ok(GeneratedField::CommandId),
                            "placementUid" | "placement_uid" => Ok(GeneratedField::PlacementUid),
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "incarnation" => Ok(GeneratedField::Incarnation),
                            "term" => Ok(GeneratedField::Term),
                            "traceparent" => Ok(GeneratedField::Traceparent),
                            "sessionId" | "session_id" => Ok(GeneratedField::SessionId),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CommandHeader;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.CommandHeader")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CommandHeader, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut command_id__ = None;
                let mut placement_uid__ = None;
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut incarnation__ = None;
                let mut term__ = None;
                let mut traceparent__ = None;
                let mut session_id__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CommandId => {
                            if command_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("commandId"));
                            }
                            command_id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PlacementUid => {
                            if placement_uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placementUid"));
                            }
                            placement_uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Incarnation => {
                            if incarnation__.is_some() {
                                return Err(serde::de::Error::duplicate_field("incarnation"));
                            }
                            incarnation__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Term => {
                            if term__.is_some() {
                                return Err(serde::de::Error::duplicate_field("term"));
                            }
                            term__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Traceparent => {
                            if traceparent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("traceparent"));
                            }
                            traceparent__ = Some(map_.next_value()?);
                        }
                        GeneratedField::SessionId => {
                            if session_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sessionId"));
                            }
                            session_id__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(CommandHeader {
                    command_id: command_id__.unwrap_or_default(),
                    placement_uid: placement_uid__.unwrap_or_default(),
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    incarnation: incarnation__.unwrap_or_default(),
                    term: term__.unwrap_or_default(),
                    traceparent: traceparent__.unwrap_or_default(),
                    session_id: session_id__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.CommandHeader", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Compute {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.requests.is_empty() {
            len += 1;
        }
        if self.gpu.is_some() {
            len += 1;
        }
        if self.tee.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Compute", len)?;
        if !self.requests.is_empty() {
            struct_ser.serialize_field("requests", &self.requests)?;
        }
        if let Some(v) = self.gpu.as_ref() {
            struct_ser.serialize_field("gpu", v)?;
        }
        if let Some(v) = self.tee.as_ref() {
            struct_ser.serialize_field("tee", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Compute {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "requests",
            "gpu",
            "tee",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Requests,
            Gpu,
            Tee,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "requests" => Ok(GeneratedField::Requests),
                            "gpu" => Ok(GeneratedField::Gpu),
                            "tee" => Ok(GeneratedField::Tee),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Compute;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Compute")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Compute, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut requests__ = None;
                let mut gpu__ = None;
                let mut tee__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Requests => {
                            if requests__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requests"));
                            }
                            requests__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::Gpu => {
                            if gpu__.is_some() {
                                return Err(serde::de::Error::duplicate_field("gpu"));
                            }
                            gpu__ = map_.next_value()?;
                        }
                        GeneratedField::Tee => {
                            if tee__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tee"));
                            }
                            tee__ = map_.next_value()?;
                        }
                    }
                }
                Ok(Compute {
                    requests: requests__.unwrap_or_default(),
                    gpu: gpu__,
                    tee: tee__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Compute", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ComputeCapacityRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.parent.is_empty() {
            len += 1;
        }
        if self.placement.is_some() {
            len += 1;
        }
        if self.limit != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ComputeCapacityRequest", len)?;
        if !self.parent.is_empty() {
            struct_ser.serialize_field("parent", &self.parent)?;
        }
        if let Some(v) = self.placement.as_ref() {
            struct_ser.serialize_field("placement", v)?;
        }
        if self.limit != 0 {
            struct_ser.serialize_field("limit", &self.limit)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ComputeCapacityRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "parent",
            "placement",
            "limit",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Parent,
            Placement,
            Limit,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "parent" => Ok(GeneratedField::Parent),
                            "placement" => Ok(GeneratedField::Placement),
                            "limit" => Ok(GeneratedField::Limit),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ComputeCapacityRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ComputeCapacityRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ComputeCapacityRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut parent__ = None;
                let mut placement__ = None;
                let mut limit__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Parent => {
                            if parent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("parent"));
                            }
                            parent__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Placement => {
                            if placement__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placement"));
                            }
                            placement__ = map_.next_value()?;
                        }
                        GeneratedField::Limit => {
                            if limit__.is_some() {
                                return Err(serde::de::Error::duplicate_field("limit"));
                            }
                            limit__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(ComputeCapacityRequest {
                    parent: parent__.unwrap_or_default(),
                    placement: placement__,
                    limit: limit__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ComputeCapacityRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ComputeCapacityResponse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.total != 0 {
            len += 1;
        }
        if self.limited {
            len += 1;
        }
        if !self.clusters.is_empty() {
            len += 1;
        }
        if self.explanation.is_some() {
            len += 1;
        }
        if self.limited_by != 0 {
            len += 1;
        }
        if self.snapshot_id != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ComputeCapacityResponse", len)?;
        if self.total != 0 {
            struct_ser.serialize_field("total", &self.total)?;
        }
        if self.limited {
            struct_ser.serialize_field("limited", &self.limited)?;
        }
        if !self.clusters.is_empty() {
            struct_ser.serialize_field("clusters", &self.clusters)?;
        }
        if let Some(v) = self.explanation.as_ref() {
            struct_ser.serialize_field("explanation", v)?;
        }
        if self.limited_by != 0 {
            let v = compute_capacity_response::Bound::try_from(self.limited_by)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.limited_by)))?;
            struct_ser.serialize_field("limitedBy", &v)?;
        }
        if self.snapshot_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("snapshotId", ToString::to_string(&self.snapshot_id).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ComputeCapacityResponse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "total",
            "limited",
            "clusters",
            "explanation",
            "limited_by",
            "limitedBy",
            "snapshot_id",
            "snapshotId",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Total,
            Limited,
            Clusters,
            Explanation,
            LimitedBy,
            SnapshotId,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "total" => Ok(GeneratedField::Total),
                            "limited" => Ok(GeneratedField::Limited),
                            "clusters" => Ok(GeneratedField::Clusters),
                            "explanation" => Ok(GeneratedField::Explanation),
                            "limitedBy" | "limited_by" => Ok(GeneratedField::LimitedBy),
                            "snapshotId" | "snapshot_id" => Ok(GeneratedField::SnapshotId),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ComputeCapacityResponse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ComputeCapacityResponse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ComputeCapacityResponse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut total__ = None;
                let mut limited__ = None;
                let mut clusters__ = None;
                let mut explanation__ = None;
                let mut limited_by__ = None;
                let mut snapshot_id__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Total => {
                            if total__.is_some() {
                                return Err(serde::de::Error::duplicate_field("total"));
                            }
                            total__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Limited => {
                            if limited__.is_some() {
                                return Err(serde::de::Error::duplicate_field("limited"));
                            }
                            limited__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Clusters => {
                            if clusters__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clusters"));
                            }
                            clusters__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Explanation => {
                            if explanation__.is_some() {
                                return Err(serde::de::Error::duplicate_field("explanation"));
                            }
                            explanation__ = map_.next_value()?;
                        }
                        GeneratedField::LimitedBy => {
                            if limited_by__.is_some() {
                                return Err(serde::de::Error::duplicate_field("limitedBy"));
                            }
                            limited_by__ = Some(map_.next_value::<compute_capacity_response::Bound>()? as i32);
                        }
                        GeneratedField::SnapshotId => {
                            if snapshot_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("snapshotId"));
                            }
                            snapshot_id__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(ComputeCapacityResponse {
                    total: total__.unwrap_or_default(),
                    limited: limited__.unwrap_or_default(),
                    clusters: clusters__.unwrap_or_default(),
                    explanation: explanation__,
                    limited_by: limited_by__.unwrap_or_default(),
                    snapshot_id: snapshot_id__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ComputeCapacityResponse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for compute_capacity_response::Bound {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "BOUND_UNSPECIFIED",
            Self::Limit => "LIMIT",
            Self::Time => "TIME",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for compute_capacity_response::Bound {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "BOUND_UNSPECIFIED",
            "LIMIT",
            "TIME",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = compute_capacity_response::Bound;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "BOUND_UNSPECIFIED" => Ok(compute_capacity_response::Bound::Unspecified),
                    "LIMIT" => Ok(compute_capacity_response::Bound::Limit),
                    "TIME" => Ok(compute_capacity_response::Bound::Time),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for compute_capacity_response::Cluster {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.cluster.is_empty() {
            len += 1;
        }
        if self.replicas != 0 {
            len += 1;
        }
        if !self.nodes.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ComputeCapacityResponse.Cluster", len)?;
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if self.replicas != 0 {
            struct_ser.serialize_field("replicas", &self.replicas)?;
        }
        if !self.nodes.is_empty() {
            struct_ser.serialize_field("nodes", &self.nodes)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for compute_capacity_response::Cluster {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "cluster",
            "replicas",
            "nodes",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Cluster,
            Replicas,
            Nodes,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "cluster" => Ok(GeneratedField::Cluster),
                            "replicas" => Ok(GeneratedField::Replicas),
                            "nodes" => Ok(GeneratedField::Nodes),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = compute_capacity_response::Cluster;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ComputeCapacityResponse.Cluster")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<compute_capacity_response::Cluster, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut cluster__ = None;
                let mut replicas__ = None;
                let mut nodes__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Replicas => {
                            if replicas__.is_some() {
                                return Err(serde::de::Error::duplicate_field("replicas"));
                            }
                            replicas__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Nodes => {
                            if nodes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodes"));
                            }
                            nodes__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(compute_capacity_response::Cluster {
                    cluster: cluster__.unwrap_or_default(),
                    replicas: replicas__.unwrap_or_default(),
                    nodes: nodes__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ComputeCapacityResponse.Cluster", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for compute_capacity_response::Node {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.node.is_empty() {
            len += 1;
        }
        if self.replicas != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ComputeCapacityResponse.Node", len)?;
        if !self.node.is_empty() {
            struct_ser.serialize_field("node", &self.node)?;
        }
        if self.replicas != 0 {
            struct_ser.serialize_field("replicas", &self.replicas)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for compute_capacity_response::Node {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "node",
            "replicas",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Node,
            Replicas,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "node" => Ok(GeneratedField::Node),
                            "replicas" => Ok(GeneratedField::Replicas),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = compute_capacity_response::Node;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ComputeCapacityResponse.Node")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<compute_capacity_response::Node, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut node__ = None;
                let mut replicas__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Node => {
                            if node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("node"));
                            }
                            node__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Replicas => {
                            if replicas__.is_some() {
                                return Err(serde::de::Error::duplicate_field("replicas"));
                            }
                            replicas__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(compute_capacity_response::Node {
                    node: node__.unwrap_or_default(),
                    replicas: replicas__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ComputeCapacityResponse.Node", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Condition {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.r#type != 0 {
            len += 1;
        }
        if self.status != 0 {
            len += 1;
        }
        if self.reason != 0 {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if self.last_transition_time.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Condition", len)?;
        if self.r#type != 0 {
            let v = condition::Type::try_from(self.r#type)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.r#type)))?;
            struct_ser.serialize_field("type", &v)?;
        }
        if self.status != 0 {
            let v = condition::Status::try_from(self.status)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.status)))?;
            struct_ser.serialize_field("status", &v)?;
        }
        if self.reason != 0 {
            let v = condition::Reason::try_from(self.reason)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.reason)))?;
            struct_ser.serialize_field("reason", &v)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if let Some(v) = self.last_transition_time.as_ref() {
            struct_ser.serialize_field("lastTransitionTime", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Condition {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "type",
            "status",
            "reason",
            "message",
            "last_transition_time",
            "lastTransitionTime",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Type,
            Status,
            Reason,
            Message,
            LastTransitionTime,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "type" => Ok(GeneratedField::Type),
                            "status" => Ok(GeneratedField::Status),
                            "reason" => Ok(GeneratedField::Reason),
                            "message" => Ok(GeneratedField::Message),
                            "lastTransitionTime" | "last_transition_time" => Ok(GeneratedField::LastTransitionTime),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Condition;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Condition")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Condition, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut r#type__ = None;
                let mut status__ = None;
                let mut reason__ = None;
                let mut message__ = None;
                let mut last_transition_time__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Type => {
                            if r#type__.is_some() {
                                return Err(serde::de::Error::duplicate_field("type"));
                            }
                            r#type__ = Some(map_.next_value::<condition::Type>()? as i32);
                        }
                        GeneratedField::Status => {
                            if status__.is_some() {
                                return Err(serde::de::Error::duplicate_field("status"));
                            }
                            status__ = Some(map_.next_value::<condition::Status>()? as i32);
                        }
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value::<condition::Reason>()? as i32);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value()?);
                        }
                        GeneratedField::LastTransitionTime => {
                            if last_transition_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("lastTransitionTime"));
                            }
                            last_transition_time__ = map_.next_value()?;
                        }
                    }
                }
                Ok(Condition {
                    r#type: r#type__.unwrap_or_default(),
                    status: status__.unwrap_or_default(),
                    reason: reason__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    last_transition_time: last_transition_time__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Condition", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for condition::Reason {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "REASON_UNSPECIFIED",
            Self::Decided => "DECIDED",
            Self::NoCapacity => "NO_CAPACITY",
            Self::NoSuchProduct => "NO_SUCH_PRODUCT",
            Self::NoEligibleCluster => "NO_ELIGIBLE_CLUSTER",
            Self::RulesExcludeAllNodes => "RULES_EXCLUDE_ALL_NODES",
            Self::GangDoesNotFit => "GANG_DOES_NOT_FIT",
            Self::WaitingForInventory => "WAITING_FOR_INVENTORY",
            Self::WaitingForAgent => "WAITING_FOR_AGENT",
            Self::ApplyAcknowledged => "APPLY_ACKNOWLEDGED",
            Self::ApplyRefused => "APPLY_REFUSED",
            Self::WaitingForPerformer => "WAITING_FOR_PERFORMER",
            Self::AllReplicasReady => "ALL_REPLICAS_READY",
            Self::SomeReplicasNotReady => "SOME_REPLICAS_NOT_READY",
            Self::ClusterSilent => "CLUSTER_SILENT",
            Self::WaitingForRemoval => "WAITING_FOR_REMOVAL",
            Self::NodeRejected => "NODE_REJECTED",
            Self::UnschedulableInCluster => "UNSCHEDULABLE_IN_CLUSTER",
            Self::WaitingForPlace => "WAITING_FOR_PLACE",
            Self::Preempted => "PREEMPTED",
            Self::WaitingForVictims => "WAITING_FOR_VICTIMS",
            Self::QueueTimeout => "QUEUE_TIMEOUT",
            Self::StartDeadlineExceeded => "START_DEADLINE_EXCEEDED",
            Self::Expired => "EXPIRED",
            Self::Updating => "UPDATING",
            Self::UpdateBlocked => "UPDATE_BLOCKED",
            Self::ProgressDeadlineExceeded => "PROGRESS_DEADLINE_EXCEEDED",
            Self::UpToDate => "UP_TO_DATE",
            Self::MissingPrerequisite => "MISSING_PREREQUISITE",
            Self::NamespaceQuota => "NAMESPACE_QUOTA",
            Self::Reserved => "RESERVED",
            Self::GangBackedOut => "GANG_BACKED_OUT",
            Self::Evicted => "EVICTED",
            Self::Drained => "DRAINED",
            Self::Superseded => "SUPERSEDED",
            Self::AttemptsExhausted => "ATTEMPTS_EXHAUSTED",
            Self::PlacementRules => "PLACEMENT_RULES",
            Self::Avoided => "AVOIDED",
            Self::OrderQueued => "ORDER_QUEUED",
            Self::RoomElsewhere => "ROOM_ELSEWHERE",
            Self::VictimsStay => "VICTIMS_STAY",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for condition::Reason {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "REASON_UNSPECIFIED",
            "DECIDED",
            "NO_CAPACITY",
            "NO_SUCH_PRODUCT",
            "NO_ELIGIBLE_CLUSTER",
            "RULES_EXCLUDE_ALL_NODES",
            "GANG_DOES_NOT_FIT",
            "WAITING_FOR_INVENTORY",
            "WAITING_FOR_AGENT",
            "APPLY_ACKNOWLEDGED",
            "APPLY_REFUSED",
            "WAITING_FOR_PERFORMER",
            "ALL_REPLICAS_READY",
            "SOME_REPLICAS_NOT_READY",
            "CLUSTER_SILENT",
            "WAITING_FOR_REMOVAL",
            "NODE_REJECTED",
            "UNSCHEDULABLE_IN_CLUSTER",
            "WAITING_FOR_PLACE",
            "PREEMPTED",
            "WAITING_FOR_VICTIMS",
            "QUEUE_TIMEOUT",
            "START_DEADLINE_EXCEEDED",
            "EXPIRED",
            "UPDATING",
            "UPDATE_BLOCKED",
            "PROGRESS_DEADLINE_EXCEEDED",
            "UP_TO_DATE",
            "MISSING_PREREQUISITE",
            "NAMESPACE_QUOTA",
            "RESERVED",
            "GANG_BACKED_OUT",
            "EVICTED",
            "DRAINED",
            "SUPERSEDED",
            "ATTEMPTS_EXHAUSTED",
            "PLACEMENT_RULES",
            "AVOIDED",
            "ORDER_QUEUED",
            "ROOM_ELSEWHERE",
            "VICTIMS_STAY",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = condition::Reason;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "REASON_UNSPECIFIED" => Ok(condition::Reason::Unspecified),
                    "DECIDED" => Ok(condition::Reason::Decided),
                    "NO_CAPACITY" => Ok(condition::Reason::NoCapacity),
                    "NO_SUCH_PRODUCT" => Ok(condition::Reason::NoSuchProduct),
                    "NO_ELIGIBLE_CLUSTER" => Ok(condition::Reason::NoEligibleCluster),
                    "RULES_EXCLUDE_ALL_NODES" => Ok(condition::Reason::RulesExcludeAllNodes),
                    "GANG_DOES_NOT_FIT" => Ok(condition::Reason::GangDoesNotFit),
                    "WAITING_FOR_INVENTORY" => Ok(condition::Reason::WaitingForInventory),
                    "WAITING_FOR_AGENT" => Ok(condition::Reason::WaitingForAgent),
                    "APPLY_ACKNOWLEDGED" => Ok(condition::Reason::ApplyAcknowledged),
                    "APPLY_REFUSED" => Ok(condition::Reason::ApplyRefused),
                    "WAITING_FOR_PERFORMER" => Ok(condition::Reason::WaitingForPerformer),
                    "ALL_REPLICAS_READY" => Ok(condition::Reason::AllReplicasReady),
                    "SOME_REPLICAS_NOT_READY" => Ok(condition::Reason::SomeReplicasNotReady),
                    "CLUSTER_SILENT" => Ok(condition::Reason::ClusterSilent),
                    "WAITING_FOR_REMOVAL" => Ok(condition::Reason::WaitingForRemoval),
                    "NODE_REJECTED" => Ok(condition::Reason::NodeRejected),
                    "UNSCHEDULABLE_IN_CLUSTER" => Ok(condition::Reason::UnschedulableInCluster),
                    "WAITING_FOR_PLACE" => Ok(condition::Reason::WaitingForPlace),
                    "PREEMPTED" => Ok(condition::Reason::Preempted),
                    "WAITING_FOR_VICTIMS" => Ok(condition::Reason::WaitingForVictims),
                    "QUEUE_TIMEOUT" => Ok(condition::Reason::QueueTimeout),
                    "START_DEADLINE_EXCEEDED" => Ok(condition::Reason::StartDeadlineExceeded),
                    "EXPIRED" => Ok(condition::Reason::Expired),
                    "UPDATING" => Ok(condition::Reason::Updating),
                    "UPDATE_BLOCKED" => Ok(condition::Reason::UpdateBlocked),
                    "PROGRESS_DEADLINE_EXCEEDED" => Ok(condition::Reason::ProgressDeadlineExceeded),
                    "UP_TO_DATE" => Ok(condition::Reason::UpToDate),
                    "MISSING_PREREQUISITE" => Ok(condition::Reason::MissingPrerequisite),
                    "NAMESPACE_QUOTA" => Ok(condition::Reason::NamespaceQuota),
                    "RESERVED" => Ok(condition::Reason::Reserved),
                    "GANG_BACKED_OUT" => Ok(condition::Reason::GangBackedOut),
                    "EVICTED" => Ok(condition::Reason::Evicted),
                    "DRAINED" => Ok(condition::Reason::Drained),
                    "SUPERSEDED" => Ok(condition::Reason::Superseded),
                    "ATTEMPTS_EXHAUSTED" => Ok(condition::Reason::AttemptsExhausted),
                    "PLACEMENT_RULES" => Ok(condition::Reason::PlacementRules),
                    "AVOIDED" => Ok(condition::Reason::Avoided),
                    "ORDER_QUEUED" => Ok(condition::Reason::OrderQueued),
                    "ROOM_ELSEWHERE" => Ok(condition::Reason::RoomElsewhere),
                    "VICTIMS_STAY" => Ok(condition::Reason::VictimsStay),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for condition::Status {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "STATUS_UNSPECIFIED",
            Self::True => "TRUE",
            Self::False => "FALSE",
            Self::Unknown => "UNKNOWN",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for condition::Status {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "STATUS_UNSPECIFIED",
            "TRUE",
            "FALSE",
            "UNKNOWN",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = condition::Status;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "STATUS_UNSPECIFIED" => Ok(condition::Status::Unspecified),
                    "TRUE" => Ok(condition::Status::True),
                    "FALSE" => Ok(condition::Status::False),
                    "UNKNOWN" => Ok(condition::Status::Unknown),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for condition::Type {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "TYPE_UNSPECIFIED",
            Self::Scheduled => "SCHEDULED",
            Self::Dispatched => "DISPATCHED",
            Self::Serving => "SERVING",
            Self::Released => "RELEASED",
            Self::Updated => "UPDATED",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for condition::Type {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "TYPE_UNSPECIFIED",
            "SCHEDULED",
            "DISPATCHED",
            "SERVING",
            "RELEASED",
            "UPDATED",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = condition::Type;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "TYPE_UNSPECIFIED" => Ok(condition::Type::Unspecified),
                    "SCHEDULED" => Ok(condition::Type::Scheduled),
                    "DISPATCHED" => Ok(condition::Type::Dispatched),
                    "SERVING" => Ok(condition::Type::Serving),
                    "RELEASED" => Ok(condition::Type::Released),
                    "UPDATED" => Ok(condition::Type::Updated),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for CounterUse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.counter.is_empty() {
            len += 1;
        }
        if self.takes != 0 {
            len += 1;
        }
        if self.of != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.CounterUse", len)?;
        if !self.counter.is_empty() {
            struct_ser.serialize_field("counter", &self.counter)?;
        }
        if self.takes != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("takes", ToString::to_string(&self.takes).as_str())?;
        }
        if self.of != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("of", ToString::to_string(&self.of).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CounterUse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "counter",
            "takes",
            "of",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Counter,
            Takes,
            Of,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "counter" => Ok(GeneratedField::Counter),
                            "takes" => Ok(GeneratedField::Takes),
                            "of" => Ok(GeneratedField::Of),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CounterUse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.CounterUse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CounterUse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut counter__ = None;
                let mut takes__ = None;
                let mut of__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Counter => {
                            if counter__.is_some() {
                                return Err(serde::de::Error::duplicate_field("counter"));
                            }
                            counter__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Takes => {
                            if takes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("takes"));
                            }
                            takes__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Of => {
                            if of__.is_some() {
                                return Err(serde::de::Error::duplicate_field("of"));
                            }
                            of__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(CounterUse {
                    counter: counter__.unwrap_or_default(),
                    takes: takes__.unwrap_or_default(),
                    of: of__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.CounterUse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for CreateJoinTokenRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.cluster.is_empty() {
            len += 1;
        }
        if self.ttl.is_some() {
            len += 1;
        }
        if self.uses.is_some() {
            len += 1;
        }
        if !self.labels.is_empty() {
            len += 1;
        }
        if self.replace_uid {
            len += 1;
        }
        if !self.request_id.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.CreateJoinTokenRequest", len)?;
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if let Some(v) = self.ttl.as_ref() {
            struct_ser.serialize_field("ttl", v)?;
        }
        if let Some(v) = self.uses.as_ref() {
            struct_ser.serialize_field("uses", v)?;
        }
        if !self.labels.is_empty() {
            struct_ser.serialize_field("labels", &self.labels)?;
        }
        if self.replace_uid {
            struct_ser.serialize_field("replaceUid", &self.replace_uid)?;
        }
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CreateJoinTokenRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "cluster",
            "ttl",
            "uses",
            "labels",
            "replace_uid",
            "replaceUid",
            "request_id",
            "requestId",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Cluster,
            Ttl,
            Uses,
            Labels,
            ReplaceUid,
            RequestId,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "cluster" => Ok(GeneratedField::Cluster),
                            "ttl" => Ok(GeneratedField::Ttl),
                            "uses" => Ok(GeneratedField::Uses),
                            "labels" => Ok(GeneratedField::Labels),
                            "replaceUid" | "replace_uid" => Ok(GeneratedField::ReplaceUid),
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CreateJoinTokenRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.CreateJoinTokenRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CreateJoinTokenRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut cluster__ = None;
                let mut ttl__ = None;
                let mut uses__ = None;
                let mut labels__ = None;
                let mut replace_uid__ = None;
                let mut request_id__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Ttl => {
                            if ttl__.is_some() {
                                return Err(serde::de::Error::duplicate_field("ttl"));
                            }
                            ttl__ = map_.next_value()?;
                        }
                        GeneratedField::Uses => {
                            if uses__.is_some() {
                                return Err(serde::de::Error::duplicate_field("uses"));
                            }
                            uses__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::Labels => {
                            if labels__.is_some() {
                                return Err(serde::de::Error::duplicate_field("labels"));
                            }
                            labels__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::ReplaceUid => {
                            if replace_uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("replaceUid"));
                            }
                            replace_uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(CreateJoinTokenRequest {
                    cluster: cluster__.unwrap_or_default(),
                    ttl: ttl__,
                    uses: uses__,
                    labels: labels__.unwrap_or_default(),
                    replace_uid: replace_uid__.unwrap_or_default(),
                    request_id: request_id__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.CreateJoinTokenRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for CreatePlacementRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.parent.is_empty() {
            len += 1;
        }
        if !self.placement_id.is_empty() {
            len += 1;
        }
        if self.placement.is_some() {
            len += 1;
        }
        if !self.request_id.is_empty() {
            len += 1;
        }
        if self.validate_only {
            len += 1;
        }
        if self.fail_fast {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.CreatePlacementRequest", len)?;
        if !self.parent.is_empty() {
            struct_ser.serialize_field("parent", &self.parent)?;
        }
        if !self.placement_id.is_empty() {
            struct_ser.serialize_field("placementId", &self.placement_id)?;
        }
        if let Some(v) = self.placement.as_ref() {
            struct_ser.serialize_field("placement", v)?;
        }
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        if self.validate_only {
            struct_ser.serialize_field("validateOnly", &self.validate_only)?;
        }
        if self.fail_fast {
            struct_ser.serialize_field("failFast", &self.fail_fast)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CreatePlacementRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "parent",
            "placement_id",
            "placementId",
            "placement",
            "request_id",
            "requestId",
            "validate_only",
            "validateOnly",
            "fail_fast",
            "failFast",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Parent,
            PlacementId,
            Placement,
            RequestId,
            ValidateOnly,
            FailFast,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "parent" => Ok(GeneratedField::Parent),
                            "placementId" | "placement_id" => Ok(GeneratedField::PlacementId),
                            "placement" => Ok(GeneratedField::Placement),
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            "validateOnly" | "validate_only" => Ok(GeneratedField::ValidateOnly),
                            "failFast" | "fail_fast" => Ok(GeneratedField::FailFast),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CreatePlacementRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.CreatePlacementRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CreatePlacementRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut parent__ = None;
                let mut placement_id__ = None;
                let mut placement__ = None;
                let mut request_id__ = None;
                let mut validate_only__ = None;
                let mut fail_fast__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Parent => {
                            if parent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("parent"));
                            }
                            parent__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PlacementId => {
                            if placement_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placementId"));
                            }
                            placement_id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Placement => {
                            if placement__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placement"));
                            }
                            placement__ = map_.next_value()?;
                        }
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ValidateOnly => {
                            if validate_only__.is_some() {
                                return Err(serde::de::Error::duplicate_field("validateOnly"));
                            }
                            validate_only__ = Some(map_.next_value()?);
                        }
                        GeneratedField::FailFast => {
                            if fail_fast__.is_some() {
                                return Err(serde::de::Error::duplicate_field("failFast"));
                            }
                            fail_fast__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(CreatePlacementRequest {
                    parent: parent__.unwrap_or_default(),
                    placement_id: placement_id__.unwrap_or_default(),
                    placement: placement__,
                    request_id: request_id__.unwrap_or_default(),
                    validate_only: validate_only__.unwrap_or_default(),
                    fail_fast: fail_fast__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.CreatePlacementRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for DeclaredNames {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.names.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.DeclaredNames", len)?;
        if !self.names.is_empty() {
            struct_ser.serialize_field("names", &self.names)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for DeclaredNames {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "names",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Names,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "names" => Ok(GeneratedField::Names),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = DeclaredNames;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.DeclaredNames")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<DeclaredNames, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut names__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Names => {
                            if names__.is_some() {
                                return Err(serde::de::Error::duplicate_field("names"));
                            }
                            names__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(DeclaredNames {
                    names: names__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.DeclaredNames", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for DeletePlacementRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.etag.is_empty() {
            len += 1;
        }
        if !self.request_id.is_empty() {
            len += 1;
        }
        if self.allow_missing {
            len += 1;
        }
        if self.force {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.DeletePlacementRequest", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.etag.is_empty() {
            struct_ser.serialize_field("etag", &self.etag)?;
        }
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        if self.allow_missing {
            struct_ser.serialize_field("allowMissing", &self.allow_missing)?;
        }
        if self.force {
            struct_ser.serialize_field("force", &self.force)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for DeletePlacementRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "etag",
            "request_id",
            "requestId",
            "allow_missing",
            "allowMissing",
            "force",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Etag,
            RequestId,
            AllowMissing,
            Force,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "etag" => Ok(GeneratedField::Etag),
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            "allowMissing" | "allow_missing" => Ok(GeneratedField::AllowMissing),
                            "force" => Ok(GeneratedField::Force),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = DeletePlacementRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.DeletePlacementRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<DeletePlacementRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut etag__ = None;
                let mut request_id__ = None;
                let mut allow_missing__ = None;
                let mut force__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Etag => {
                            if etag__.is_some() {
                                return Err(serde::de::Error::duplicate_field("etag"));
                            }
                            etag__ = Some(map_.next_value()?);
                        }
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::AllowMissing => {
                            if allow_missing__.is_some() {
                                return Err(serde::de::Error::duplicate_field("allowMissing"));
                            }
                            allow_missing__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Force => {
                            if force__.is_some() {
                                return Err(serde::de::Error::duplicate_field("force"));
                            }
                            force__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(DeletePlacementRequest {
                    name: name__.unwrap_or_default(),
                    etag: etag__.unwrap_or_default(),
                    request_id: request_id__.unwrap_or_default(),
                    allow_missing: allow_missing__.unwrap_or_default(),
                    force: force__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.DeletePlacementRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Device {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.id.is_empty() {
            len += 1;
        }
        if !self.device_class.is_empty() {
            len += 1;
        }
        if !self.product.is_empty() {
            len += 1;
        }
        if self.memory_mib != 0 {
            len += 1;
        }
        if !self.compute_capability.is_empty() {
            len += 1;
        }
        if !self.clique.is_empty() {
            len += 1;
        }
        if !self.mig_profile.is_empty() {
            len += 1;
        }
        if self.confidential {
            len += 1;
        }
        if self.shareable {
            len += 1;
        }
        if self.used_milli != 0 {
            len += 1;
        }
        if self.identity.is_some() {
            len += 1;
        }
        if !self.kind.is_empty() {
            len += 1;
        }
        if !self.counters.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Device", len)?;
        if !self.id.is_empty() {
            struct_ser.serialize_field("id", &self.id)?;
        }
        if !self.device_class.is_empty() {
            struct_ser.serialize_field("deviceClass", &self.device_class)?;
        }
        if !self.product.is_empty() {
            struct_ser.serialize_field("product", &self.product)?;
        }
        if self.memory_mib != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("memoryMib", ToString::to_string(&self.memory_mib).as_str())?;
        }
        if !self.compute_capability.is_empty() {
            struct_ser.serialize_field("computeCapability", &self.compute_capability)?;
        }
        if !self.clique.is_empty() {
            struct_ser.serialize_field("clique", &self.clique)?;
        }
        if !self.mig_profile.is_empty() {
            struct_ser.serialize_field("migProfile", &self.mig_profile)?;
        }
        if self.confidential {
            struct_ser.serialize_field("confidential", &self.confidential)?;
        }
        if self.shareable {
            struct_ser.serialize_field("shareable", &self.shareable)?;
        }
        if self.used_milli != 0 {
            struct_ser.serialize_field("usedMilli", &self.used_milli)?;
        }
        if let Some(v) = self.identity.as_ref() {
            struct_ser.serialize_field("identity", v)?;
        }
        if !self.kind.is_empty() {
            struct_ser.serialize_field("kind", &self.kind)?;
        }
        if !self.counters.is_empty() {
            struct_ser.serialize_field("counters", &self.counters)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Device {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "id",
            "device_class",
            "deviceClass",
            "product",
            "memory_mib",
            "memoryMib",
            "compute_capability",
            "computeCapability",
            "clique",
            "mig_profile",
            "migProfile",
            "confidential",
            "shareable",
            "used_milli",
            "usedMilli",
            "identity",
            "kind",
            "counters",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Id,
            DeviceClass,
            Product,
            MemoryMib,
            ComputeCapability,
            Clique,
            MigProfile,
            Confidential,
            Shareable,
            UsedMilli,
            Identity,
            Kind,
            Counters,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "id" => Ok(GeneratedField::Id),
                            "deviceClass" | "device_class" => Ok(GeneratedField::DeviceClass),
                            "product" => Ok(GeneratedField::Product),
                            "memoryMib" | "memory_mib" => Ok(GeneratedField::MemoryMib),
                            "computeCapability" | "compute_capability" => Ok(GeneratedField::ComputeCapability),
                            "clique" => Ok(GeneratedField::Clique),
                            "migProfile" | "mig_profile" => Ok(GeneratedField::MigProfile),
                            "confidential" => Ok(GeneratedField::Confidential),
                            "shareable" => Ok(GeneratedField::Shareable),
                            "usedMilli" | "used_milli" => Ok(GeneratedField::UsedMilli),
                            "identity" => Ok(GeneratedField::Identity),
                            "kind" => Ok(GeneratedField::Kind),
                            "counters" => Ok(GeneratedField::Counters),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Device;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Device")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Device, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut id__ = None;
                let mut device_class__ = None;
                let mut product__ = None;
                let mut memory_mib__ = None;
                let mut compute_capability__ = None;
                let mut clique__ = None;
                let mut mig_profile__ = None;
                let mut confidential__ = None;
                let mut shareable__ = None;
                let mut used_milli__ = None;
                let mut identity__ = None;
                let mut kind__ = None;
                let mut counters__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Id => {
                            if id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("id"));
                            }
                            id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::DeviceClass => {
                            if device_class__.is_some() {
                                return Err(serde::de::Error::duplicate_field("deviceClass"));
                            }
                            device_class__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Product => {
                            if product__.is_some() {
                                return Err(serde::de::Error::duplicate_field("product"));
                            }
                            product__ = Some(map_.next_value()?);
                        }
                        GeneratedField::MemoryMib => {
                            if memory_mib__.is_some() {
                                return Err(serde::de::Error::duplicate_field("memoryMib"));
                            }
                            memory_mib__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::ComputeCapability => {
                            if compute_capability__.is_some() {
                                return Err(serde::de::Error::duplicate_field("computeCapability"));
                            }
                            compute_capability__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Clique => {
                            if clique__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clique"));
                            }
                            clique__ = Some(map_.next_value()?);
                        }
                        GeneratedField::MigProfile => {
                            if mig_profile__.is_some() {
                                return Err(serde::de::Error::duplicate_field("migProfile"));
                            }
                            mig_profile__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Confidential => {
                            if confidential__.is_some() {
                                return Err(serde::de::Error::duplicate_field("confidential"));
                            }
                            confidential__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Shareable => {
                            if shareable__.is_some() {
                                return Err(serde::de::Error::duplicate_field("shareable"));
                            }
                            shareable__ = Some(map_.next_value()?);
                        }
                        GeneratedField::UsedMilli => {
                            if used_milli__.is_some() {
                                return Err(serde::de::Error::duplicate_field("usedMilli"));
                            }
                            used_milli__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Identity => {
                            if identity__.is_some() {
                                return Err(serde::de::Error::duplicate_field("identity"));
                            }
                            identity__ = map_.next_value()?;
                        }
                        GeneratedField::Kind => {
                            if kind__.is_some() {
                                return Err(serde::de::Error::duplicate_field("kind"));
                            }
                            kind__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Counters => {
                            if counters__.is_some() {
                                return Err(serde::de::Error::duplicate_field("counters"));
                            }
                            counters__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Device {
                    id: id__.unwrap_or_default(),
                    device_class: device_class__.unwrap_or_default(),
                    product: product__.unwrap_or_default(),
                    memory_mib: memory_mib__.unwrap_or_default(),
                    compute_capability: compute_capability__.unwrap_or_default(),
                    clique: clique__.unwrap_or_default(),
                    mig_profile: mig_profile__.unwrap_or_default(),
                    confidential: confidential__.unwrap_or_default(),
                    shareable: shareable__.unwrap_or_default(),
                    used_milli: used_milli__.unwrap_or_default(),
                    identity: identity__,
                    kind: kind__.unwrap_or_default(),
                    counters: counters__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Device", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for DeviceAttribute {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.value.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.DeviceAttribute", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.value.is_empty() {
            struct_ser.serialize_field("value", &self.value)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for DeviceAttribute {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "value",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Value,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "value" => Ok(GeneratedField::Value),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = DeviceAttribute;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.DeviceAttribute")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<DeviceAttribute, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut value__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Value => {
                            if value__.is_some() {
                                return Err(serde::de::Error::duplicate_field("value"));
                            }
                            value__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(DeviceAttribute {
                    name: name__.unwrap_or_default(),
                    value: value__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.DeviceAttribute", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for DeviceHolder {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.placement.is_empty() {
            len += 1;
        }
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if self.milli != 0 {
            len += 1;
        }
        if self.promised {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.DeviceHolder", len)?;
        if !self.placement.is_empty() {
            struct_ser.serialize_field("placement", &self.placement)?;
        }
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if self.milli != 0 {
            struct_ser.serialize_field("milli", &self.milli)?;
        }
        if self.promised {
            struct_ser.serialize_field("promised", &self.promised)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for DeviceHolder {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "placement",
            "slot",
            "epoch",
            "milli",
            "promised",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Placement,
            Slot,
            Epoch,
            Milli,
            Promised,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "placement" => Ok(GeneratedField::Placement),
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "milli" => Ok(GeneratedField::Milli),
                            "promised" => Ok(GeneratedField::Promised),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = DeviceHolder;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.DeviceHolder")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<DeviceHolder, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut placement__ = None;
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut milli__ = None;
                let mut promised__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Placement => {
                            if placement__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placement"));
                            }
                            placement__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Milli => {
                            if milli__.is_some() {
                                return Err(serde::de::Error::duplicate_field("milli"));
                            }
                            milli__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Promised => {
                            if promised__.is_some() {
                                return Err(serde::de::Error::duplicate_field("promised"));
                            }
                            promised__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(DeviceHolder {
                    placement: placement__.unwrap_or_default(),
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    milli: milli__.unwrap_or_default(),
                    promised: promised__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.DeviceHolder", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for DeviceUse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.id.is_empty() {
            len += 1;
        }
        if self.milli != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.DeviceUse", len)?;
        if !self.id.is_empty() {
            struct_ser.serialize_field("id", &self.id)?;
        }
        if self.milli != 0 {
            struct_ser.serialize_field("milli", &self.milli)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for DeviceUse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "id",
            "milli",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Id,
            Milli,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "id" => Ok(GeneratedField::Id),
                            "milli" => Ok(GeneratedField::Milli),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = DeviceUse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.DeviceUse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<DeviceUse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut id__ = None;
                let mut milli__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Id => {
                            if id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("id"));
                            }
                            id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Milli => {
                            if milli__.is_some() {
                                return Err(serde::de::Error::duplicate_field("milli"));
                            }
                            milli__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(DeviceUse {
                    id: id__.unwrap_or_default(),
                    milli: milli__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.DeviceUse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Disruption {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.min_available.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Disruption", len)?;
        if !self.min_available.is_empty() {
            struct_ser.serialize_field("minAvailable", &self.min_available)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Disruption {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "min_available",
            "minAvailable",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            MinAvailable,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "minAvailable" | "min_available" => Ok(GeneratedField::MinAvailable),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Disruption;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Disruption")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Disruption, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut min_available__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::MinAvailable => {
                            if min_available__.is_some() {
                                return Err(serde::de::Error::duplicate_field("minAvailable"));
                            }
                            min_available__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Disruption {
                    min_available: min_available__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Disruption", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Endpoint {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.scope != 0 {
            len += 1;
        }
        if !self.address.is_empty() {
            len += 1;
        }
        if !self.tls_server_name.is_empty() {
            len += 1;
        }
        if self.ready {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Endpoint", len)?;
        if self.scope != 0 {
            let v = endpoint::Scope::try_from(self.scope)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.scope)))?;
            struct_ser.serialize_field("scope", &v)?;
        }
        if !self.address.is_empty() {
            struct_ser.serialize_field("address", &self.address)?;
        }
        if !self.tls_server_name.is_empty() {
            struct_ser.serialize_field("tlsServerName", &self.tls_server_name)?;
        }
        if self.ready {
            struct_ser.serialize_field("ready", &self.ready)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Endpoint {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "scope",
            "address",
            "tls_server_name",
            "tlsServerName",
            "ready",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Scope,
            Address,
            TlsServerName,
            Ready,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "scope" => Ok(GeneratedField::Scope),
                            "address" => Ok(GeneratedField::Address),
                            "tlsServerName" | "tls_server_name" => Ok(GeneratedField::TlsServerName),
                            "ready" => Ok(GeneratedField::Ready),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Endpoint;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Endpoint")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Endpoint, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut scope__ = None;
                let mut address__ = None;
                let mut tls_server_name__ = None;
                let mut ready__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Scope => {
                            if scope__.is_some() {
                                return Err(serde::de::Error::duplicate_field("scope"));
                            }
                            scope__ = Some(map_.next_value::<endpoint::Scope>()? as i32);
                        }
                        GeneratedField::Address => {
                            if address__.is_some() {
                                return Err(serde::de::Error::duplicate_field("address"));
                            }
                            address__ = Some(map_.next_value()?);
                        }
                        GeneratedField::TlsServerName => {
                            if tls_server_name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tlsServerName"));
                            }
                            tls_server_name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Ready => {
                            if ready__.is_some() {
                                return Err(serde::de::Error::duplicate_field("ready"));
                            }
                            ready__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Endpoint {
                    scope: scope__.unwrap_or_default(),
                    address: address__.unwrap_or_default(),
                    tls_server_name: tls_server_name__.unwrap_or_default(),
                    ready: ready__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Endpoint", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for endpoint::Scope {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "SCOPE_UNSPECIFIED",
            Self::ClusterLocal => "CLUSTER_LOCAL",
            Self::Gateway => "GATEWAY",
            Self::External => "EXTERNAL",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for endpoint::Scope {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "SCOPE_UNSPECIFIED",
            "CLUSTER_LOCAL",
            "GATEWAY",
            "EXTERNAL",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = endpoint::Scope;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "SCOPE_UNSPECIFIED" => Ok(endpoint::Scope::Unspecified),
                    "CLUSTER_LOCAL" => Ok(endpoint::Scope::ClusterLocal),
                    "GATEWAY" => Ok(endpoint::Scope::Gateway),
                    "EXTERNAL" => Ok(endpoint::Scope::External),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for EnrollRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.join_token.is_empty() {
            len += 1;
        }
        if !self.csr_pem.is_empty() {
            len += 1;
        }
        if !self.cluster.is_empty() {
            len += 1;
        }
        if !self.cluster_uid.is_empty() {
            len += 1;
        }
        if !self.labels.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.EnrollRequest", len)?;
        if !self.join_token.is_empty() {
            struct_ser.serialize_field("joinToken", &self.join_token)?;
        }
        if !self.csr_pem.is_empty() {
            struct_ser.serialize_field("csrPem", &self.csr_pem)?;
        }
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if !self.cluster_uid.is_empty() {
            struct_ser.serialize_field("clusterUid", &self.cluster_uid)?;
        }
        if !self.labels.is_empty() {
            struct_ser.serialize_field("labels", &self.labels)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for EnrollRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "join_token",
            "joinToken",
            "csr_pem",
            "csrPem",
            "cluster",
            "cluster_uid",
            "clusterUid",
            "labels",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            JoinToken,
            CsrPem,
            Cluster,
            ClusterUid,
            Labels,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "joinToken" | "join_token" => Ok(GeneratedField::JoinToken),
                            "csrPem" | "csr_pem" => Ok(GeneratedField::CsrPem),
                            "cluster" => Ok(GeneratedField::Cluster),
                            "clusterUid" | "cluster_uid" => Ok(GeneratedField::ClusterUid),
                            "labels" => Ok(GeneratedField::Labels),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = EnrollRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.EnrollRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<EnrollRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut join_token__ = None;
                let mut csr_pem__ = None;
                let mut cluster__ = None;
                let mut cluster_uid__ = None;
                let mut labels__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::JoinToken => {
                            if join_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("joinToken"));
                            }
                            join_token__ = Some(map_.next_value()?);
                        }
                        GeneratedField::CsrPem => {
                            if csr_pem__.is_some() {
                                return Err(serde::de::Error::duplicate_field("csrPem"));
                            }
                            csr_pem__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ClusterUid => {
                            if cluster_uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clusterUid"));
                            }
                            cluster_uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Labels => {
                            if labels__.is_some() {
                                return Err(serde::de::Error::duplicate_field("labels"));
                            }
                            labels__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                    }
                }
                Ok(EnrollRequest {
                    join_token: join_token__.unwrap_or_default(),
                    csr_pem: csr_pem__.unwrap_or_default(),
                    cluster: cluster__.unwrap_or_default(),
                    cluster_uid: cluster_uid__.unwrap_or_default(),
                    labels: labels__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.EnrollRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for EnrollResponse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.certificate_chain_pem.is_empty() {
            len += 1;
        }
        if !self.ca_pem.is_empty() {
            len += 1;
        }
        if self.renew_after.is_some() {
            len += 1;
        }
        if self.expire_time.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.EnrollResponse", len)?;
        if !self.certificate_chain_pem.is_empty() {
            struct_ser.serialize_field("certificateChainPem", &self.certificate_chain_pem)?;
        }
        if !self.ca_pem.is_empty() {
            struct_ser.serialize_field("caPem", &self.ca_pem)?;
        }
        if let Some(v) = self.renew_after.as_ref() {
            struct_ser.serialize_field("renewAfter", v)?;
        }
        if let Some(v) = self.expire_time.as_ref() {
            struct_ser.serialize_field("expireTime", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for EnrollResponse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "certificate_chain_pem",
            "certificateChainPem",
            "ca_pem",
            "caPem",
            "renew_after",
            "renewAfter",
            "expire_time",
            "expireTime",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CertificateChainPem,
            CaPem,
            RenewAfter,
            ExpireTime,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "certificateChainPem" | "certificate_chain_pem" => Ok(GeneratedField::CertificateChainPem),
                            "caPem" | "ca_pem" => Ok(GeneratedField::CaPem),
                            "renewAfter" | "renew_after" => Ok(GeneratedField::RenewAfter),
                            "expireTime" | "expire_time" => Ok(GeneratedField::ExpireTime),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = EnrollResponse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.EnrollResponse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<EnrollResponse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut certificate_chain_pem__ = None;
                let mut ca_pem__ = None;
                let mut renew_after__ = None;
                let mut expire_time__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CertificateChainPem => {
                            if certificate_chain_pem__.is_some() {
                                return Err(serde::de::Error::duplicate_field("certificateChainPem"));
                            }
                            certificate_chain_pem__ = Some(map_.next_value()?);
                        }
                        GeneratedField::CaPem => {
                            if ca_pem__.is_some() {
                                return Err(serde::de::Error::duplicate_field("caPem"));
                            }
                            ca_pem__ = Some(map_.next_value()?);
                        }
                        GeneratedField::RenewAfter => {
                            if renew_after__.is_some() {
                                return Err(serde::de::Error::duplicate_field("renewAfter"));
                            }
                            renew_after__ = map_.next_value()?;
                        }
                        GeneratedField::ExpireTime => {
                            if expire_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("expireTime"));
                            }
                            expire_time__ = map_.next_value()?;
                        }
                    }
                }
                Ok(EnrollResponse {
                    certificate_chain_pem: certificate_chain_pem__.unwrap_or_default(),
                    ca_pem: ca_pem__.unwrap_or_default(),
                    renew_after: renew_after__,
                    expire_time: expire_time__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.EnrollResponse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for EnvironmentFrom {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if self.value_from.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.EnvironmentFrom", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if let Some(v) = self.value_from.as_ref() {
            struct_ser.serialize_field("valueFrom", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for EnvironmentFrom {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "value_from",
            "valueFrom",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            ValueFrom,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "valueFrom" | "value_from" => Ok(GeneratedField::ValueFrom),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = EnvironmentFrom;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.EnvironmentFrom")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<EnvironmentFrom, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut value_from__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ValueFrom => {
                            if value_from__.is_some() {
                                return Err(serde::de::Error::duplicate_field("valueFrom"));
                            }
                            value_from__ = map_.next_value()?;
                        }
                    }
                }
                Ok(EnvironmentFrom {
                    name: name__.unwrap_or_default(),
                    value_from: value_from__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.EnvironmentFrom", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for EnvironmentSource {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.secret_key_ref.is_some() {
            len += 1;
        }
        if self.config_map_key_ref.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.EnvironmentSource", len)?;
        if let Some(v) = self.secret_key_ref.as_ref() {
            struct_ser.serialize_field("secretKeyRef", v)?;
        }
        if let Some(v) = self.config_map_key_ref.as_ref() {
            struct_ser.serialize_field("configMapKeyRef", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for EnvironmentSource {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "secret_key_ref",
            "secretKeyRef",
            "config_map_key_ref",
            "configMapKeyRef",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            SecretKeyRef,
            ConfigMapKeyRef,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "secretKeyRef" | "secret_key_ref" => Ok(GeneratedField::SecretKeyRef),
                            "configMapKeyRef" | "config_map_key_ref" => Ok(GeneratedField::ConfigMapKeyRef),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = EnvironmentSource;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.EnvironmentSource")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<EnvironmentSource, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut secret_key_ref__ = None;
                let mut config_map_key_ref__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::SecretKeyRef => {
                            if secret_key_ref__.is_some() {
                                return Err(serde::de::Error::duplicate_field("secretKeyRef"));
                            }
                            secret_key_ref__ = map_.next_value()?;
                        }
                        GeneratedField::ConfigMapKeyRef => {
                            if config_map_key_ref__.is_some() {
                                return Err(serde::de::Error::duplicate_field("configMapKeyRef"));
                            }
                            config_map_key_ref__ = map_.next_value()?;
                        }
                    }
                }
                Ok(EnvironmentSource {
                    secret_key_ref: secret_key_ref__,
                    config_map_key_ref: config_map_key_ref__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.EnvironmentSource", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for EvictReplicaRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if !self.reason.is_empty() {
            len += 1;
        }
        if !self.request_id.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.EvictReplicaRequest", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if !self.reason.is_empty() {
            struct_ser.serialize_field("reason", &self.reason)?;
        }
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for EvictReplicaRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "slot",
            "epoch",
            "reason",
            "request_id",
            "requestId",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Slot,
            Epoch,
            Reason,
            RequestId,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "reason" => Ok(GeneratedField::Reason),
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = EvictReplicaRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.EvictReplicaRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<EvictReplicaRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut reason__ = None;
                let mut request_id__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value()?);
                        }
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(EvictReplicaRequest {
                    name: name__.unwrap_or_default(),
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    reason: reason__.unwrap_or_default(),
                    request_id: request_id__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.EvictReplicaRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ExplainPlacementRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.parent.is_empty() {
            len += 1;
        }
        if self.subject.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ExplainPlacementRequest", len)?;
        if !self.parent.is_empty() {
            struct_ser.serialize_field("parent", &self.parent)?;
        }
        if let Some(v) = self.subject.as_ref() {
            match v {
                explain_placement_request::Subject::Name(v) => {
                    struct_ser.serialize_field("name", v)?;
                }
                explain_placement_request::Subject::Placement(v) => {
                    struct_ser.serialize_field("placement", v)?;
                }
            }
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ExplainPlacementRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "parent",
            "name",
            "placement",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Parent,
            Name,
            Placement,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "parent" => Ok(GeneratedField::Parent),
                            "name" => Ok(GeneratedField::Name),
                            "placement" => Ok(GeneratedField::Placement),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ExplainPlacementRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ExplainPlacementRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ExplainPlacementRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut parent__ = None;
                let mut subject__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Parent => {
                            if parent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("parent"));
                            }
                            parent__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Name => {
                            if subject__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            subject__ = map_.next_value::<::std::option::Option<_>>()?.map(explain_placement_request::Subject::Name);
                        }
                        GeneratedField::Placement => {
                            if subject__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placement"));
                            }
                            subject__ = map_.next_value::<::std::option::Option<_>>()?.map(explain_placement_request::Subject::Placement)
;
                        }
                    }
                }
                Ok(ExplainPlacementRequest {
                    parent: parent__.unwrap_or_default(),
                    subject: subject__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ExplainPlacementRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Explanation {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.snapshot_id != 0 {
            len += 1;
        }
        if self.duration.is_some() {
            len += 1;
        }
        if !self.clusters.is_empty() {
            len += 1;
        }
        if !self.would_fit_if.is_empty() {
            len += 1;
        }
        if !self.summary.is_empty() {
            len += 1;
        }
        if self.replicas_wanted != 0 {
            len += 1;
        }
        if self.replicas_that_fit != 0 {
            len += 1;
        }
        if !self.retry_events.is_empty() {
            len += 1;
        }
        if !self.victims.is_empty() {
            len += 1;
        }
        if !self.decisions.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Explanation", len)?;
        if self.snapshot_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("snapshotId", ToString::to_string(&self.snapshot_id).as_str())?;
        }
        if let Some(v) = self.duration.as_ref() {
            struct_ser.serialize_field("duration", v)?;
        }
        if !self.clusters.is_empty() {
            struct_ser.serialize_field("clusters", &self.clusters)?;
        }
        if !self.would_fit_if.is_empty() {
            struct_ser.serialize_field("wouldFitIf", &self.would_fit_if)?;
        }
        if !self.summary.is_empty() {
            struct_ser.serialize_field("summary", &self.summary)?;
        }
        if self.replicas_wanted != 0 {
            struct_ser.serialize_field("replicasWanted", &self.replicas_wanted)?;
        }
        if self.replicas_that_fit != 0 {
            struct_ser.serialize_field("replicasThatFit", &self.replicas_that_fit)?;
        }
        if !self.retry_events.is_empty() {
            struct_ser.serialize_field("retryEvents", &self.retry_events)?;
        }
        if !self.victims.is_empty() {
            struct_ser.serialize_field("victims", &self.victims)?;
        }
        if !self.decisions.is_empty() {
            struct_ser.serialize_field("decisions", &self.decisions)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Explanation {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "snapshot_id",
            "snapshotId",
            "duration",
            "clusters",
            "would_fit_if",
            "wouldFitIf",
            "summary",
            "replicas_wanted",
            "replicasWanted",
            "replicas_that_fit",
            "replicasThatFit",
            "retry_events",
            "retryEvents",
            "victims",
            "decisions",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            SnapshotId,
            Duration,
            Clusters,
            WouldFitIf,
            Summary,
            ReplicasWanted,
            ReplicasThatFit,
            RetryEvents,
            Victims,
            Decisions,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "snapshotId" | "snapshot_id" => Ok(GeneratedField::SnapshotId),
                            "duration" => Ok(GeneratedField::Duration),
                            "clusters" => Ok(GeneratedField::Clusters),
                            "wouldFitIf" | "would_fit_if" => Ok(GeneratedField::WouldFitIf),
                            "summary" => Ok(GeneratedField::Summary),
                            "replicasWanted" | "replicas_wanted" => Ok(GeneratedField::ReplicasWanted),
                            "replicasThatFit" | "replicas_that_fit" => Ok(GeneratedField::ReplicasThatFit),
                            "retryEvents" | "retry_events" => Ok(GeneratedField::RetryEvents),
                            "victims" => Ok(GeneratedField::Victims),
                            "decisions" => Ok(GeneratedField::Decisions),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Explanation;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Explanation")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Explanation, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut snapshot_id__ = None;
                let mut duration__ = None;
                let mut clusters__ = None;
                let mut would_fit_if__ = None;
                let mut summary__ = None;
                let mut replicas_wanted__ = None;
                let mut replicas_that_fit__ = None;
                let mut retry_events__ = None;
                let mut victims__ = None;
                let mut decisions__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::SnapshotId => {
                            if snapshot_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("snapshotId"));
                            }
                            snapshot_id__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Duration => {
                            if duration__.is_some() {
                                return Err(serde::de::Error::duplicate_field("duration"));
                            }
                            duration__ = map_.next_value()?;
                        }
                        GeneratedField::Clusters => {
                            if clusters__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clusters"));
                            }
                            clusters__ = Some(map_.next_value()?);
                        }
                        GeneratedField::WouldFitIf => {
                            if would_fit_if__.is_some() {
                                return Err(serde::de::Error::duplicate_field("wouldFitIf"));
                            }
                            would_fit_if__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Summary => {
                            if summary__.is_some() {
                                return Err(serde::de::Error::duplicate_field("summary"));
                            }
                            summary__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ReplicasWanted => {
                            if replicas_wanted__.is_some() {
                                return Err(serde::de::Error::duplicate_field("replicasWanted"));
                            }
                            replicas_wanted__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::ReplicasThatFit => {
                            if replicas_that_fit__.is_some() {
                                return Err(serde::de::Error::duplicate_field("replicasThatFit"));
                            }
                            replicas_that_fit__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::RetryEvents => {
                            if retry_events__.is_some() {
                                return Err(serde::de::Error::duplicate_field("retryEvents"));
                            }
                            retry_events__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Victims => {
                            if victims__.is_some() {
                                return Err(serde::de::Error::duplicate_field("victims"));
                            }
                            victims__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Decisions => {
                            if decisions__.is_some() {
                                return Err(serde::de::Error::duplicate_field("decisions"));
                            }
                            decisions__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Explanation {
                    snapshot_id: snapshot_id__.unwrap_or_default(),
                    duration: duration__,
                    clusters: clusters__.unwrap_or_default(),
                    would_fit_if: would_fit_if__.unwrap_or_default(),
                    summary: summary__.unwrap_or_default(),
                    replicas_wanted: replicas_wanted__.unwrap_or_default(),
                    replicas_that_fit: replicas_that_fit__.unwrap_or_default(),
                    retry_events: retry_events__.unwrap_or_default(),
                    victims: victims__.unwrap_or_default(),
                    decisions: decisions__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Explanation", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Failover {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.mode != 0 {
            len += 1;
        }
        if self.toleration.is_some() {
            len += 1;
        }
        if self.fencing != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Failover", len)?;
        if self.mode != 0 {
            let v = failover::Mode::try_from(self.mode)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.mode)))?;
            struct_ser.serialize_field("mode", &v)?;
        }
        if let Some(v) = self.toleration.as_ref() {
            struct_ser.serialize_field("toleration", v)?;
        }
        if self.fencing != 0 {
            let v = failover::Fencing::try_from(self.fencing)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.fencing)))?;
            struct_ser.serialize_field("fencing", &v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Failover {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "mode",
            "toleration",
            "fencing",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Mode,
            Toleration,
            Fencing,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "mode" => Ok(GeneratedField::Mode),
                            "toleration" => Ok(GeneratedField::Toleration),
                            "fencing" => Ok(GeneratedField::Fencing),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Failover;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Failover")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Failover, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut mode__ = None;
                let mut toleration__ = None;
                let mut fencing__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Mode => {
                            if mode__.is_some() {
                                return Err(serde::de::Error::duplicate_field("mode"));
                            }
                            mode__ = Some(map_.next_value::<failover::Mode>()? as i32);
                        }
                        GeneratedField::Toleration => {
                            if toleration__.is_some() {
                                return Err(serde::de::Error::duplicate_field("toleration"));
                            }
                            toleration__ = map_.next_value()?;
                        }
                        GeneratedField::Fencing => {
                            if fencing__.is_some() {
                                return Err(serde::de::Error::duplicate_field("fencing"));
                            }
                            fencing__ = Some(map_.next_value::<failover::Fencing>()? as i32);
                        }
                    }
                }
                Ok(Failover {
                    mode: mode__.unwrap_or_default(),
                    toleration: toleration__,
                    fencing: fencing__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Failover", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for failover::Fencing {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "FENCING_UNSPECIFIED",
            Self::None => "NONE",
            Self::Strict => "STRICT",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for failover::Fencing {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "FENCING_UNSPECIFIED",
            "NONE",
            "STRICT",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = failover::Fencing;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "FENCING_UNSPECIFIED" => Ok(failover::Fencing::Unspecified),
                    "NONE" => Ok(failover::Fencing::None),
                    "STRICT" => Ok(failover::Fencing::Strict),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for failover::Mode {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "MODE_UNSPECIFIED",
            Self::Never => "NEVER",
            Self::Reschedule => "RESCHEDULE",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for failover::Mode {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "MODE_UNSPECIFIED",
            "NEVER",
            "RESCHEDULE",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = failover::Mode;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "MODE_UNSPECIFIED" => Ok(failover::Mode::Unspecified),
                    "NEVER" => Ok(failover::Mode::Never),
                    "RESCHEDULE" => Ok(failover::Mode::Reschedule),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for FieldChange {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.path.is_empty() {
            len += 1;
        }
        if !self.before.is_empty() {
            len += 1;
        }
        if !self.after.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.FieldChange", len)?;
        if !self.path.is_empty() {
            struct_ser.serialize_field("path", &self.path)?;
        }
        if !self.before.is_empty() {
            struct_ser.serialize_field("before", &self.before)?;
        }
        if !self.after.is_empty() {
            struct_ser.serialize_field("after", &self.after)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for FieldChange {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "path",
            "before",
            "after",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Path,
            Before,
            After,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "path" => Ok(GeneratedField::Path),
                            "before" => Ok(GeneratedField::Before),
                            "after" => Ok(GeneratedField::After),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = FieldChange;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.FieldChange")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<FieldChange, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut path__ = None;
                let mut before__ = None;
                let mut after__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Path => {
                            if path__.is_some() {
                                return Err(serde::de::Error::duplicate_field("path"));
                            }
                            path__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Before => {
                            if before__.is_some() {
                                return Err(serde::de::Error::duplicate_field("before"));
                            }
                            before__ = Some(map_.next_value()?);
                        }
                        GeneratedField::After => {
                            if after__.is_some() {
                                return Err(serde::de::Error::duplicate_field("after"));
                            }
                            after__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(FieldChange {
                    path: path__.unwrap_or_default(),
                    before: before__.unwrap_or_default(),
                    after: after__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.FieldChange", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Fleet {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.clusters_by_state.is_empty() {
            len += 1;
        }
        if self.nodes != 0 {
            len += 1;
        }
        if self.nodes_ready != 0 {
            len += 1;
        }
        if !self.gpus.is_empty() {
            len += 1;
        }
        if !self.tees.is_empty() {
            len += 1;
        }
        if !self.placements_by_state.is_empty() {
            len += 1;
        }
        if !self.resources.is_empty() {
            len += 1;
        }
        if self.inventory_complete {
            len += 1;
        }
        if self.snapshot_id != 0 {
            len += 1;
        }
        if self.recovering {
            len += 1;
        }
        if self.replicas_held != 0 {
            len += 1;
        }
        if !self.behind.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Fleet", len)?;
        if !self.clusters_by_state.is_empty() {
            struct_ser.serialize_field("clustersByState", &self.clusters_by_state)?;
        }
        if self.nodes != 0 {
            struct_ser.serialize_field("nodes", &self.nodes)?;
        }
        if self.nodes_ready != 0 {
            struct_ser.serialize_field("nodesReady", &self.nodes_ready)?;
        }
        if !self.gpus.is_empty() {
            struct_ser.serialize_field("gpus", &self.gpus)?;
        }
        if !self.tees.is_empty() {
            struct_ser.serialize_field("tees", &self.tees)?;
        }
        if !self.placements_by_state.is_empty() {
            struct_ser.serialize_field("placementsByState", &self.placements_by_state)?;
        }
        if !self.resources.is_empty() {
            struct_ser.serialize_field("resources", &self.resources)?;
        }
        if self.inventory_complete {
            struct_ser.serialize_field("inventoryComplete", &self.inventory_complete)?;
        }
        if self.snapshot_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("snapshotId", ToString::to_string(&self.snapshot_id).as_str())?;
        }
        if self.recovering {
            struct_ser.serialize_field("recovering", &self.recovering)?;
        }
        if self.replicas_held != 0 {
            struct_ser.serialize_field("replicasHeld", &self.replicas_held)?;
        }
        if !self.behind.is_empty() {
            struct_ser.serialize_field("behind", &self.behind)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Fleet {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "clusters_by_state",
            "clustersByState",
            "nodes",
            "nodes_ready",
            "nodesReady",
            "gpus",
            "tees",
            "placements_by_state",
            "placementsByState",
            "resources",
            "inventory_complete",
            "inventoryComplete",
            "snapshot_id",
            "snapshotId",
            "recovering",
            "replicas_held",
            "replicasHeld",
            "behind",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            ClustersByState,
            Nodes,
            NodesReady,
            Gpus,
            Tees,
            PlacementsByState,
            Resources,
            InventoryComplete,
            SnapshotId,
            Recovering,
            ReplicasHeld,
            Behind,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "clustersByState" | "clusters_by_state" => Ok(GeneratedField::ClustersByState),
                            "nodes" => Ok(GeneratedField::Nodes),
                            "nodesReady" | "nodes_ready" => Ok(GeneratedField::NodesReady),
                            "gpus" => Ok(GeneratedField::Gpus),
                            "tees" => Ok(GeneratedField::Tees),
                            "placementsByState" | "placements_by_state" => Ok(GeneratedField::PlacementsByState),
                            "resources" => Ok(GeneratedField::Resources),
                            "inventoryComplete" | "inventory_complete" => Ok(GeneratedField::InventoryComplete),
                            "snapshotId" | "snapshot_id" => Ok(GeneratedField::SnapshotId),
                            "recovering" => Ok(GeneratedField::Recovering),
                            "replicasHeld" | "replicas_held" => Ok(GeneratedField::ReplicasHeld),
                            "behind" => Ok(GeneratedField::Behind),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Fleet;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Fleet")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Fleet, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut clusters_by_state__ = None;
                let mut nodes__ = None;
                let mut nodes_ready__ = None;
                let mut gpus__ = None;
                let mut tees__ = None;
                let mut placements_by_state__ = None;
                let mut resources__ = None;
                let mut inventory_complete__ = None;
                let mut snapshot_id__ = None;
                let mut recovering__ = None;
                let mut replicas_held__ = None;
                let mut behind__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::ClustersByState => {
                            if clusters_by_state__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clustersByState"));
                            }
                            clusters_by_state__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, ::pbjson::private::NumberDeserialize<i32>>>()?
                                    .into_iter().map(|(k,v)| (k, v.0)).collect()
                            );
                        }
                        GeneratedField::Nodes => {
                            if nodes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodes"));
                            }
                            nodes__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::NodesReady => {
                            if nodes_ready__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodesReady"));
                            }
                            nodes_ready__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Gpus => {
                            if gpus__.is_some() {
                                return Err(serde::de::Error::duplicate_field("gpus"));
                            }
                            gpus__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Tees => {
                            if tees__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tees"));
                            }
                            tees__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PlacementsByState => {
                            if placements_by_state__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placementsByState"));
                            }
                            placements_by_state__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, ::pbjson::private::NumberDeserialize<i32>>>()?
                                    .into_iter().map(|(k,v)| (k, v.0)).collect()
                            );
                        }
                        GeneratedField::Resources => {
                            if resources__.is_some() {
                                return Err(serde::de::Error::duplicate_field("resources"));
                            }
                            resources__ = Some(map_.next_value()?);
                        }
                        GeneratedField::InventoryComplete => {
                            if inventory_complete__.is_some() {
                                return Err(serde::de::Error::duplicate_field("inventoryComplete"));
                            }
                            inventory_complete__ = Some(map_.next_value()?);
                        }
                        GeneratedField::SnapshotId => {
                            if snapshot_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("snapshotId"));
                            }
                            snapshot_id__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Recovering => {
                            if recovering__.is_some() {
                                return Err(serde::de::Error::duplicate_field("recovering"));
                            }
                            recovering__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ReplicasHeld => {
                            if replicas_held__.is_some() {
                                return Err(serde::de::Error::duplicate_field("replicasHeld"));
                            }
                            replicas_held__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Behind => {
                            if behind__.is_some() {
                                return Err(serde::de::Error::duplicate_field("behind"));
                            }
                            behind__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Fleet {
                    clusters_by_state: clusters_by_state__.unwrap_or_default(),
                    nodes: nodes__.unwrap_or_default(),
                    nodes_ready: nodes_ready__.unwrap_or_default(),
                    gpus: gpus__.unwrap_or_default(),
                    tees: tees__.unwrap_or_default(),
                    placements_by_state: placements_by_state__.unwrap_or_default(),
                    resources: resources__.unwrap_or_default(),
                    inventory_complete: inventory_complete__.unwrap_or_default(),
                    snapshot_id: snapshot_id__.unwrap_or_default(),
                    recovering: recovering__.unwrap_or_default(),
                    replicas_held: replicas_held__.unwrap_or_default(),
                    behind: behind__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Fleet", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for GetClusterRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.GetClusterRequest", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for GetClusterRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = GetClusterRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.GetClusterRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<GetClusterRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(GetClusterRequest {
                    name: name__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.GetClusterRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for GetFleetRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let len = 0;
        let struct_ser = serializer.serialize_struct("hourglass.fleet.v1.GetFleetRequest", len)?;
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for GetFleetRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                            Err(serde::de::Error::unknown_field(value, FIELDS))
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = GetFleetRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.GetFleetRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<GetFleetRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                while map_.next_key::<GeneratedField>()?.is_some() {
                    let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                }
                Ok(GetFleetRequest {
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.GetFleetRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for GetPlacementRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if self.view != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.GetPlacementRequest", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if self.view != 0 {
            let v = PlacementView::try_from(self.view)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.view)))?;
            struct_ser.serialize_field("view", &v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for GetPlacementRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "view",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            View,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "view" => Ok(GeneratedField::View),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = GetPlacementRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.GetPlacementRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<GetPlacementRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut view__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::View => {
                            if view__.is_some() {
                                return Err(serde::de::Error::duplicate_field("view"));
                            }
                            view__ = Some(map_.next_value::<PlacementView>()? as i32);
                        }
                    }
                }
                Ok(GetPlacementRequest {
                    name: name__.unwrap_or_default(),
                    view: view__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.GetPlacementRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Gpu {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.count != 0 {
            len += 1;
        }
        if self.share_milli != 0 {
            len += 1;
        }
        if !self.products.is_empty() {
            len += 1;
        }
        if self.min_memory_mib != 0 {
            len += 1;
        }
        if !self.min_compute_capability.is_empty() {
            len += 1;
        }
        if self.confidential {
            len += 1;
        }
        if !self.mig_profile.is_empty() {
            len += 1;
        }
        if self.same_clique {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Gpu", len)?;
        if self.count != 0 {
            struct_ser.serialize_field("count", &self.count)?;
        }
        if self.share_milli != 0 {
            struct_ser.serialize_field("shareMilli", &self.share_milli)?;
        }
        if !self.products.is_empty() {
            struct_ser.serialize_field("products", &self.products)?;
        }
        if self.min_memory_mib != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("minMemoryMib", ToString::to_string(&self.min_memory_mib).as_str())?;
        }
        if !self.min_compute_capability.is_empty() {
            struct_ser.serialize_field("minComputeCapability", &self.min_compute_capability)?;
        }
        if self.confidential {
            struct_ser.serialize_field("confidential", &self.confidential)?;
        }
        if !self.mig_profile.is_empty() {
            struct_ser.serialize_field("migProfile", &self.mig_profile)?;
        }
        if self.same_clique {
            struct_ser.serialize_field("sameClique", &self.same_clique)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Gpu {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "count",
            "share_milli",
            "shareMilli",
            "products",
            "min_memory_mib",
            "minMemoryMib",
            "min_compute_capability",
            "minComputeCapability",
            "confidential",
            "mig_profile",
            "migProfile",
            "same_clique",
            "sameClique",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Count,
            ShareMilli,
            Products,
            MinMemoryMib,
            MinComputeCapability,
            Confidential,
            MigProfile,
            SameClique,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "count" => Ok(GeneratedField::Count),
                            "shareMilli" | "share_milli" => Ok(GeneratedField::ShareMilli),
                            "products" => Ok(GeneratedField::Products),
                            "minMemoryMib" | "min_memory_mib" => Ok(GeneratedField::MinMemoryMib),
                            "minComputeCapability" | "min_compute_capability" => Ok(GeneratedField::MinComputeCapability),
                            "confidential" => Ok(GeneratedField::Confidential),
                            "migProfile" | "mig_profile" => Ok(GeneratedField::MigProfile),
                            "sameClique" | "same_clique" => Ok(GeneratedField::SameClique),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Gpu;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Gpu")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Gpu, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut count__ = None;
                let mut share_milli__ = None;
                let mut products__ = None;
                let mut min_memory_mib__ = None;
                let mut min_compute_capability__ = None;
                let mut confidential__ = None;
                let mut mig_profile__ = None;
                let mut same_clique__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Count => {
                            if count__.is_some() {
                                return Err(serde::de::Error::duplicate_field("count"));
                            }
                            count__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::ShareMilli => {
                            if share_milli__.is_some() {
                                return Err(serde::de::Error::duplicate_field("shareMilli"));
                            }
                            share_milli__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Products => {
                            if products__.is_some() {
                                return Err(serde::de::Error::duplicate_field("products"));
                            }
                            products__ = Some(map_.next_value()?);
                        }
                        GeneratedField::MinMemoryMib => {
                            if min_memory_mib__.is_some() {
                                return Err(serde::de::Error::duplicate_field("minMemoryMib"));
                            }
                            min_memory_mib__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::MinComputeCapability => {
                            if min_compute_capability__.is_some() {
                                return Err(serde::de::Error::duplicate_field("minComputeCapability"));
                            }
                            min_compute_capability__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Confidential => {
                            if confidential__.is_some() {
                                return Err(serde::de::Error::duplicate_field("confidential"));
                            }
                            confidential__ = Some(map_.next_value()?);
                        }
                        GeneratedField::MigProfile => {
                            if mig_profile__.is_some() {
                                return Err(serde::de::Error::duplicate_field("migProfile"));
                            }
                            mig_profile__ = Some(map_.next_value()?);
                        }
                        GeneratedField::SameClique => {
                            if same_clique__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sameClique"));
                            }
                            same_clique__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Gpu {
                    count: count__.unwrap_or_default(),
                    share_milli: share_milli__.unwrap_or_default(),
                    products: products__.unwrap_or_default(),
                    min_memory_mib: min_memory_mib__.unwrap_or_default(),
                    min_compute_capability: min_compute_capability__.unwrap_or_default(),
                    confidential: confidential__.unwrap_or_default(),
                    mig_profile: mig_profile__.unwrap_or_default(),
                    same_clique: same_clique__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Gpu", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for GpuTotal {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.product.is_empty() {
            len += 1;
        }
        if self.total != 0 {
            len += 1;
        }
        if self.free != 0 {
            len += 1;
        }
        if self.largest_free_block != 0 {
            len += 1;
        }
        if self.shared {
            len += 1;
        }
        if !self.mig_profile.is_empty() {
            len += 1;
        }
        if self.shared_gpus != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.GpuTotal", len)?;
        if !self.product.is_empty() {
            struct_ser.serialize_field("product", &self.product)?;
        }
        if self.total != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("total", ToString::to_string(&self.total).as_str())?;
        }
        if self.free != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("free", ToString::to_string(&self.free).as_str())?;
        }
        if self.largest_free_block != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("largestFreeBlock", ToString::to_string(&self.largest_free_block).as_str())?;
        }
        if self.shared {
            struct_ser.serialize_field("shared", &self.shared)?;
        }
        if !self.mig_profile.is_empty() {
            struct_ser.serialize_field("migProfile", &self.mig_profile)?;
        }
        if self.shared_gpus != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("sharedGpus", ToString::to_string(&self.shared_gpus).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for GpuTotal {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "product",
            "total",
            "free",
            "largest_free_block",
            "largestFreeBlock",
            "shared",
            "mig_profile",
            "migProfile",
            "shared_gpus",
            "sharedGpus",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Product,
            Total,
            Free,
            LargestFreeBlock,
            Shared,
            MigProfile,
            SharedGpus,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "product" => Ok(GeneratedField::Product),
                            "total" => Ok(GeneratedField::Total),
                            "free" => Ok(GeneratedField::Free),
                            "largestFreeBlock" | "largest_free_block" => Ok(GeneratedField::LargestFreeBlock),
                            "shared" => Ok(GeneratedField::Shared),
                            "migProfile" | "mig_profile" => Ok(GeneratedField::MigProfile),
                            "sharedGpus" | "shared_gpus" => Ok(GeneratedField::SharedGpus),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = GpuTotal;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.GpuTotal")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<GpuTotal, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut product__ = None;
                let mut total__ = None;
                let mut free__ = None;
                let mut largest_free_block__ = None;
                let mut shared__ = None;
                let mut mig_profile__ = None;
                let mut shared_gpus__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Product => {
                            if product__.is_some() {
                                return Err(serde::de::Error::duplicate_field("product"));
                            }
                            product__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Total => {
                            if total__.is_some() {
                                return Err(serde::de::Error::duplicate_field("total"));
                            }
                            total__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Free => {
                            if free__.is_some() {
                                return Err(serde::de::Error::duplicate_field("free"));
                            }
                            free__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::LargestFreeBlock => {
                            if largest_free_block__.is_some() {
                                return Err(serde::de::Error::duplicate_field("largestFreeBlock"));
                            }
                            largest_free_block__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Shared => {
                            if shared__.is_some() {
                                return Err(serde::de::Error::duplicate_field("shared"));
                            }
                            shared__ = Some(map_.next_value()?);
                        }
                        GeneratedField::MigProfile => {
                            if mig_profile__.is_some() {
                                return Err(serde::de::Error::duplicate_field("migProfile"));
                            }
                            mig_profile__ = Some(map_.next_value()?);
                        }
                        GeneratedField::SharedGpus => {
                            if shared_gpus__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sharedGpus"));
                            }
                            shared_gpus__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(GpuTotal {
                    product: product__.unwrap_or_default(),
                    total: total__.unwrap_or_default(),
                    free: free__.unwrap_or_default(),
                    largest_free_block: largest_free_block__.unwrap_or_default(),
                    shared: shared__.unwrap_or_default(),
                    mig_profile: mig_profile__.unwrap_or_default(),
                    shared_gpus: shared_gpus__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.GpuTotal", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for HardwareRequirements {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.gpu_type.is_empty() {
            len += 1;
        }
        if self.gpu_count != 0 {
            len += 1;
        }
        if self.tee_required {
            len += 1;
        }
        if !self.tee_type.is_empty() {
            len += 1;
        }
        if !self.custom_labels.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.HardwareRequirements", len)?;
        if !self.gpu_type.is_empty() {
            struct_ser.serialize_field("gpuType", &self.gpu_type)?;
        }
        if self.gpu_count != 0 {
            struct_ser.serialize_field("gpuCount", &self.gpu_count)?;
        }
        if self.tee_required {
            struct_ser.serialize_field("teeRequired", &self.tee_required)?;
        }
        if !self.tee_type.is_empty() {
            struct_ser.serialize_field("teeType", &self.tee_type)?;
        }
        if !self.custom_labels.is_empty() {
            struct_ser.serialize_field("customLabels", &self.custom_labels)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for HardwareRequirements {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "gpu_type",
            "gpuType",
            "gpu_count",
            "gpuCount",
            "tee_required",
            "teeRequired",
            "tee_type",
            "teeType",
            "custom_labels",
            "customLabels",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            GpuType,
            GpuCount,
            TeeRequired,
            TeeType,
            CustomLabels,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "gpuType" | "gpu_type" => Ok(GeneratedField::GpuType),
                            "gpuCount" | "gpu_count" => Ok(GeneratedField::GpuCount),
                            "teeRequired" | "tee_required" => Ok(GeneratedField::TeeRequired),
                            "teeType" | "tee_type" => Ok(GeneratedField::TeeType),
                            "customLabels" | "custom_labels" => Ok(GeneratedField::CustomLabels),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = HardwareRequirements;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.HardwareRequirements")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<HardwareRequirements, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut gpu_type__ = None;
                let mut gpu_count__ = None;
                let mut tee_required__ = None;
                let mut tee_type__ = None;
                let mut custom_labels__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::GpuType => {
                            if gpu_type__.is_some() {
                                return Err(serde::de::Error::duplicate_field("gpuType"));
                            }
                            gpu_type__ = Some(map_.next_value()?);
                        }
                        GeneratedField::GpuCount => {
                            if gpu_count__.is_some() {
                                return Err(serde::de::Error::duplicate_field("gpuCount"));
                            }
                            gpu_count__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::TeeRequired => {
                            if tee_required__.is_some() {
                                return Err(serde::de::Error::duplicate_field("teeRequired"));
                            }
                            tee_required__ = Some(map_.next_value()?);
                        }
                        GeneratedField::TeeType => {
                            if tee_type__.is_some() {
                                return Err(serde::de::Error::duplicate_field("teeType"));
                            }
                            tee_type__ = Some(map_.next_value()?);
                        }
                        GeneratedField::CustomLabels => {
                            if custom_labels__.is_some() {
                                return Err(serde::de::Error::duplicate_field("customLabels"));
                            }
                            custom_labels__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                    }
                }
                Ok(HardwareRequirements {
                    gpu_type: gpu_type__.unwrap_or_default(),
                    gpu_count: gpu_count__.unwrap_or_default(),
                    tee_required: tee_required__.unwrap_or_default(),
                    tee_type: tee_type__.unwrap_or_default(),
                    custom_labels: custom_labels__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.HardwareRequirements", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Heartbeat {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.sequence != 0 {
            len += 1;
        }
        if self.inventory_sequence != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Heartbeat", len)?;
        if self.sequence != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("sequence", ToString::to_string(&self.sequence).as_str())?;
        }
        if self.inventory_sequence != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("inventorySequence", ToString::to_string(&self.inventory_sequence).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Heartbeat {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "sequence",
            "inventory_sequence",
            "inventorySequence",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Sequence,
            InventorySequence,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "sequence" => Ok(GeneratedField::Sequence),
                            "inventorySequence" | "inventory_sequence" => Ok(GeneratedField::InventorySequence),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Heartbeat;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Heartbeat")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Heartbeat, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut sequence__ = None;
                let mut inventory_sequence__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Sequence => {
                            if sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sequence"));
                            }
                            sequence__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::InventorySequence => {
                            if inventory_sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("inventorySequence"));
                            }
                            inventory_sequence__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(Heartbeat {
                    sequence: sequence__.unwrap_or_default(),
                    inventory_sequence: inventory_sequence__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Heartbeat", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Hello {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.cluster.is_empty() {
            len += 1;
        }
        if !self.cluster_uid.is_empty() {
            len += 1;
        }
        if !self.protocol_versions.is_empty() {
            len += 1;
        }
        if !self.agent_version.is_empty() {
            len += 1;
        }
        if self.highest_incarnation != 0 {
            len += 1;
        }
        if self.highest_term != 0 {
            len += 1;
        }
        if !self.lease_holder.is_empty() {
            len += 1;
        }
        if self.lease_transitions != 0 {
            len += 1;
        }
        if !self.kubernetes_version.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Hello", len)?;
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if !self.cluster_uid.is_empty() {
            struct_ser.serialize_field("clusterUid", &self.cluster_uid)?;
        }
        if !self.protocol_versions.is_empty() {
            struct_ser.serialize_field("protocolVersions", &self.protocol_versions)?;
        }
        if !self.agent_version.is_empty() {
            struct_ser.serialize_field("agentVersion", &self.agent_version)?;
        }
        if self.highest_incarnation != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("highestIncarnation", ToString::to_string(&self.highest_incarnation).as_str())?;
        }
        if self.highest_term != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("highestTerm", ToString::to_string(&self.highest_term).as_str())?;
        }
        if !self.lease_holder.is_empty() {
            struct_ser.serialize_field("leaseHolder", &self.lease_holder)?;
        }
        if self.lease_transitions != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("leaseTransitions", ToString::to_string(&self.lease_transitions).as_str())?;
        }
        if !self.kubernetes_version.is_empty() {
            struct_ser.serialize_field("kubernetesVersion", &self.kubernetes_version)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Hello {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "cluster",
            "cluster_uid",
            "clusterUid",
            "protocol_versions",
            "protocolVersions",
            "agent_version",
            "agentVersion",
            "highest_incarnation",
            "highestIncarnation",
            "highest_term",
            "highestTerm",
            "lease_holder",
            "leaseHolder",
            "lease_transitions",
            "leaseTransitions",
            "kubernetes_version",
            "kubernetesVersion",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Cluster,
            ClusterUid,
            ProtocolVersions,
            AgentVersion,
            HighestIncarnation,
            HighestTerm,
            LeaseHolder,
            LeaseTransitions,
            KubernetesVersion,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "cluster" => Ok(GeneratedField::Cluster),
                            "clusterUid" | "cluster_uid" => Ok(GeneratedField::ClusterUid),
                            "protocolVersions" | "protocol_versions" => Ok(GeneratedField::ProtocolVersions),
                            "agentVersion" | "agent_version" => Ok(GeneratedField::AgentVersion),
                            "highestIncarnation" | "highest_incarnation" => Ok(GeneratedField::HighestIncarnation),
                            "highestTerm" | "highest_term" => Ok(GeneratedField::HighestTerm),
                            "leaseHolder" | "lease_holder" => Ok(GeneratedField::LeaseHolder),
                            "leaseTransitions" | "lease_transitions" => Ok(GeneratedField::LeaseTransitions),
                            "kubernetesVersion" | "kubernetes_version" => Ok(GeneratedField::KubernetesVersion),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Hello;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Hello")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Hello, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut cluster__ = None;
                let mut cluster_uid__ = None;
                let mut protocol_versions__ = None;
                let mut agent_version__ = None;
                let mut highest_incarnation__ = None;
                let mut highest_term__ = None;
                let mut lease_holder__ = None;
                let mut lease_transitions__ = None;
                let mut kubernetes_version__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ClusterUid => {
                            if cluster_uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clusterUid"));
                            }
                            cluster_uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ProtocolVersions => {
                            if protocol_versions__.is_some() {
                                return Err(serde::de::Error::duplicate_field("protocolVersions"));
                            }
                            protocol_versions__ = 
                                Some(map_.next_value::<Vec<::pbjson::private::NumberDeserialize<_>>>()?
                                    .into_iter().map(|x| x.0).collect())
                            ;
                        }
                        GeneratedField::AgentVersion => {
                            if agent_version__.is_some() {
                                return Err(serde::de::Error::duplicate_field("agentVersion"));
                            }
                            agent_version__ = Some(map_.next_value()?);
                        }
                        GeneratedField::HighestIncarnation => {
                            if highest_incarnation__.is_some() {
                                return Err(serde::de::Error::duplicate_field("highestIncarnation"));
                            }
                            highest_incarnation__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::HighestTerm => {
                            if highest_term__.is_some() {
                                return Err(serde::de::Error::duplicate_field("highestTerm"));
                            }
                            highest_term__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::LeaseHolder => {
                            if lease_holder__.is_some() {
                                return Err(serde::de::Error::duplicate_field("leaseHolder"));
                            }
                            lease_holder__ = Some(map_.next_value()?);
                        }
                        GeneratedField::LeaseTransitions => {
                            if lease_transitions__.is_some() {
                                return Err(serde::de::Error::duplicate_field("leaseTransitions"));
                            }
                            lease_transitions__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::KubernetesVersion => {
                            if kubernetes_version__.is_some() {
                                return Err(serde::de::Error::duplicate_field("kubernetesVersion"));
                            }
                            kubernetes_version__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Hello {
                    cluster: cluster__.unwrap_or_default(),
                    cluster_uid: cluster_uid__.unwrap_or_default(),
                    protocol_versions: protocol_versions__.unwrap_or_default(),
                    agent_version: agent_version__.unwrap_or_default(),
                    highest_incarnation: highest_incarnation__.unwrap_or_default(),
                    highest_term: highest_term__.unwrap_or_default(),
                    lease_holder: lease_holder__.unwrap_or_default(),
                    lease_transitions: lease_transitions__.unwrap_or_default(),
                    kubernetes_version: kubernetes_version__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Hello", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for InventoryCredit {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.messages != 0 {
            len += 1;
        }
        if self.applied_sequence != 0 {
            len += 1;
        }
        if self.resync {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.InventoryCredit", len)?;
        if self.messages != 0 {
            struct_ser.serialize_field("messages", &self.messages)?;
        }
        if self.applied_sequence != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("appliedSequence", ToString::to_string(&self.applied_sequence).as_str())?;
        }
        if self.resync {
            struct_ser.serialize_field("resync", &self.resync)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for InventoryCredit {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "messages",
            "applied_sequence",
            "appliedSequence",
            "resync",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Messages,
            AppliedSequence,
            Resync,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "messages" => Ok(GeneratedField::Messages),
                            "appliedSequence" | "applied_sequence" => Ok(GeneratedField::AppliedSequence),
                            "resync" => Ok(GeneratedField::Resync),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = InventoryCredit;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.InventoryCredit")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<InventoryCredit, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut messages__ = None;
                let mut applied_sequence__ = None;
                let mut resync__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Messages => {
                            if messages__.is_some() {
                                return Err(serde::de::Error::duplicate_field("messages"));
                            }
                            messages__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::AppliedSequence => {
                            if applied_sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("appliedSequence"));
                            }
                            applied_sequence__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Resync => {
                            if resync__.is_some() {
                                return Err(serde::de::Error::duplicate_field("resync"));
                            }
                            resync__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(InventoryCredit {
                    messages: messages__.unwrap_or_default(),
                    applied_sequence: applied_sequence__.unwrap_or_default(),
                    resync: resync__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.InventoryCredit", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for InventoryDelta {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.sequence != 0 {
            len += 1;
        }
        if !self.nodes.is_empty() {
            len += 1;
        }
        if !self.removed_nodes.is_empty() {
            len += 1;
        }
        if self.facts.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.InventoryDelta", len)?;
        if self.sequence != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("sequence", ToString::to_string(&self.sequence).as_str())?;
        }
        if !self.nodes.is_empty() {
            struct_ser.serialize_field("nodes", &self.nodes)?;
        }
        if !self.removed_nodes.is_empty() {
            struct_ser.serialize_field("removedNodes", &self.removed_nodes)?;
        }
        if let Some(v) = self.facts.as_ref() {
            struct_ser.serialize_field("facts", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for InventoryDelta {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "sequence",
            "nodes",
            "removed_nodes",
            "removedNodes",
            "facts",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Sequence,
            Nodes,
            RemovedNodes,
            Facts,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "sequence" => Ok(GeneratedField::Sequence),
                            "nodes" => Ok(GeneratedField::Nodes),
                            "removedNodes" | "removed_nodes" => Ok(GeneratedField::RemovedNodes),
                            "facts" => Ok(GeneratedField::Facts),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = InventoryDelta;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.InventoryDelta")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<InventoryDelta, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut sequence__ = None;
                let mut nodes__ = None;
                let mut removed_nodes__ = None;
                let mut facts__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Sequence => {
                            if sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sequence"));
                            }
                            sequence__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Nodes => {
                            if nodes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodes"));
                            }
                            nodes__ = Some(map_.next_value()?);
                        }
                        GeneratedField::RemovedNodes => {
                            if removed_nodes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("removedNodes"));
                            }
                            removed_nodes__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Facts => {
                            if facts__.is_some() {
                                return Err(serde::de::Error::duplicate_field("facts"));
                            }
                            facts__ = map_.next_value()?;
                        }
                    }
                }
                Ok(InventoryDelta {
                    sequence: sequence__.unwrap_or_default(),
                    nodes: nodes__.unwrap_or_default(),
                    removed_nodes: removed_nodes__.unwrap_or_default(),
                    facts: facts__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.InventoryDelta", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for InventoryMessage {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.session_id.is_empty() {
            len += 1;
        }
        if self.message.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.InventoryMessage", len)?;
        if !self.session_id.is_empty() {
            struct_ser.serialize_field("sessionId", &self.session_id)?;
        }
        if let Some(v) = self.message.as_ref() {
            match v {
                inventory_message::Message::SnapshotBegin(v) => {
                    struct_ser.serialize_field("snapshotBegin", v)?;
                }
                inventory_message::Message::SnapshotChunk(v) => {
                    struct_ser.serialize_field("snapshotChunk", v)?;
                }
                inventory_message::Message::SnapshotEnd(v) => {
                    struct_ser.serialize_field("snapshotEnd", v)?;
                }
                inventory_message::Message::Delta(v) => {
                    struct_ser.serialize_field("delta", v)?;
                }
            }
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for InventoryMessage {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "session_id",
            "sessionId",
            "snapshot_begin",
            "snapshotBegin",
            "snapshot_chunk",
            "snapshotChunk",
            "snapshot_end",
            "snapshotEnd",
            "delta",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            SessionId,
            SnapshotBegin,
            SnapshotChunk,
            SnapshotEnd,
            Delta,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "sessionId" | "session_id" => Ok(GeneratedField::SessionId),
                            "snapshotBegin" | "snapshot_begin" => Ok(GeneratedField::SnapshotBegin),
                            "snapshotChunk" | "snapshot_chunk" => Ok(GeneratedField::SnapshotChunk),
                            "snapshotEnd" | "snapshot_end" => Ok(GeneratedField::SnapshotEnd),
                            "delta" => Ok(GeneratedField::Delta),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = InventoryMessage;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.InventoryMessage")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<InventoryMessage, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut session_id__ = None;
                let mut message__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::SessionId => {
                            if session_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sessionId"));
                            }
                            session_id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::SnapshotBegin => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("snapshotBegin"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(inventory_message::Message::SnapshotBegin)
;
                        }
                        GeneratedField::SnapshotChunk => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("snapshotChunk"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(inventory_message::Message::SnapshotChunk)
;
                        }
                        GeneratedField::SnapshotEnd => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("snapshotEnd"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(inventory_message::Message::SnapshotEnd)
;
                        }
                        GeneratedField::Delta => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("delta"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(inventory_message::Message::Delta)
;
                        }
                    }
                }
                Ok(InventoryMessage {
                    session_id: session_id__.unwrap_or_default(),
                    message: message__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.InventoryMessage", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for JoinToken {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.token.is_empty() {
            len += 1;
        }
        if !self.cluster.is_empty() {
            len += 1;
        }
        if self.expire_time.is_some() {
            len += 1;
        }
        if self.uses_left != 0 {
            len += 1;
        }
        if !self.labels.is_empty() {
            len += 1;
        }
        if self.create_time.is_some() {
            len += 1;
        }
        if self.revoked {
            len += 1;
        }
        if self.replace_uid {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.JoinToken", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.token.is_empty() {
            struct_ser.serialize_field("token", &self.token)?;
        }
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if let Some(v) = self.expire_time.as_ref() {
            struct_ser.serialize_field("expireTime", v)?;
        }
        if self.uses_left != 0 {
            struct_ser.serialize_field("usesLeft", &self.uses_left)?;
        }
        if !self.labels.is_empty() {
            struct_ser.serialize_field("labels", &self.labels)?;
        }
        if let Some(v) = self.create_time.as_ref() {
            struct_ser.serialize_field("createTime", v)?;
        }
        if self.revoked {
            struct_ser.serialize_field("revoked", &self.revoked)?;
        }
        if self.replace_uid {
            struct_ser.serialize_field("replaceUid", &self.replace_uid)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for JoinToken {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "token",
            "cluster",
            "expire_time",
            "expireTime",
            "uses_left",
            "usesLeft",
            "labels",
            "create_time",
            "createTime",
            "revoked",
            "replace_uid",
            "replaceUid",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Token,
            Cluster,
            ExpireTime,
            UsesLeft,
            Labels,
            CreateTime,
            Revoked,
            ReplaceUid,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "token" => Ok(GeneratedField::Token),
                            "cluster" => Ok(GeneratedField::Cluster),
                            "expireTime" | "expire_time" => Ok(GeneratedField::ExpireTime),
                            "usesLeft" | "uses_left" => Ok(GeneratedField::UsesLeft),
                            "labels" => Ok(GeneratedField::Labels),
                            "createTime" | "create_time" => Ok(GeneratedField::CreateTime),
                            "revoked" => Ok(GeneratedField::Revoked),
                            "replaceUid" | "replace_uid" => Ok(GeneratedField::ReplaceUid),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = JoinToken;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.JoinToken")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<JoinToken, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut token__ = None;
                let mut cluster__ = None;
                let mut expire_time__ = None;
                let mut uses_left__ = None;
                let mut labels__ = None;
                let mut create_time__ = None;
                let mut revoked__ = None;
                let mut replace_uid__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Token => {
                            if token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("token"));
                            }
                            token__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ExpireTime => {
                            if expire_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("expireTime"));
                            }
                            expire_time__ = map_.next_value()?;
                        }
                        GeneratedField::UsesLeft => {
                            if uses_left__.is_some() {
                                return Err(serde::de::Error::duplicate_field("usesLeft"));
                            }
                            uses_left__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Labels => {
                            if labels__.is_some() {
                                return Err(serde::de::Error::duplicate_field("labels"));
                            }
                            labels__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::CreateTime => {
                            if create_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("createTime"));
                            }
                            create_time__ = map_.next_value()?;
                        }
                        GeneratedField::Revoked => {
                            if revoked__.is_some() {
                                return Err(serde::de::Error::duplicate_field("revoked"));
                            }
                            revoked__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ReplaceUid => {
                            if replace_uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("replaceUid"));
                            }
                            replace_uid__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(JoinToken {
                    name: name__.unwrap_or_default(),
                    token: token__.unwrap_or_default(),
                    cluster: cluster__.unwrap_or_default(),
                    expire_time: expire_time__,
                    uses_left: uses_left__.unwrap_or_default(),
                    labels: labels__.unwrap_or_default(),
                    create_time: create_time__,
                    revoked: revoked__.unwrap_or_default(),
                    replace_uid: replace_uid__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.JoinToken", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for KeySelector {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.key.is_empty() {
            len += 1;
        }
        if self.optional.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.KeySelector", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.key.is_empty() {
            struct_ser.serialize_field("key", &self.key)?;
        }
        if let Some(v) = self.optional.as_ref() {
            struct_ser.serialize_field("optional", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for KeySelector {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "key",
            "optional",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Key,
            Optional,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "key" => Ok(GeneratedField::Key),
                            "optional" => Ok(GeneratedField::Optional),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = KeySelector;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.KeySelector")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<KeySelector, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut key__ = None;
                let mut optional__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Key => {
                            if key__.is_some() {
                                return Err(serde::de::Error::duplicate_field("key"));
                            }
                            key__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Optional => {
                            if optional__.is_some() {
                                return Err(serde::de::Error::duplicate_field("optional"));
                            }
                            optional__ = map_.next_value()?;
                        }
                    }
                }
                Ok(KeySelector {
                    name: name__.unwrap_or_default(),
                    key: key__.unwrap_or_default(),
                    optional: optional__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.KeySelector", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for LabelSelector {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.match_labels.is_empty() {
            len += 1;
        }
        if !self.match_expressions.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.LabelSelector", len)?;
        if !self.match_labels.is_empty() {
            struct_ser.serialize_field("matchLabels", &self.match_labels)?;
        }
        if !self.match_expressions.is_empty() {
            struct_ser.serialize_field("matchExpressions", &self.match_expressions)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for LabelSelector {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "match_labels",
            "matchLabels",
            "match_expressions",
            "matchExpressions",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            MatchLabels,
            MatchExpressions,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "matchLabels" | "match_labels" => Ok(GeneratedField::MatchLabels),
                            "matchExpressions" | "match_expressions" => Ok(GeneratedField::MatchExpressions),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = LabelSelector;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.LabelSelector")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<LabelSelector, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut match_labels__ = None;
                let mut match_expressions__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::MatchLabels => {
                            if match_labels__.is_some() {
                                return Err(serde::de::Error::duplicate_field("matchLabels"));
                            }
                            match_labels__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::MatchExpressions => {
                            if match_expressions__.is_some() {
                                return Err(serde::de::Error::duplicate_field("matchExpressions"));
                            }
                            match_expressions__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(LabelSelector {
                    match_labels: match_labels__.unwrap_or_default(),
                    match_expressions: match_expressions__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.LabelSelector", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for LabelSelectorRequirement {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.key.is_empty() {
            len += 1;
        }
        if !self.operator.is_empty() {
            len += 1;
        }
        if !self.values.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.LabelSelectorRequirement", len)?;
        if !self.key.is_empty() {
            struct_ser.serialize_field("key", &self.key)?;
        }
        if !self.operator.is_empty() {
            struct_ser.serialize_field("operator", &self.operator)?;
        }
        if !self.values.is_empty() {
            struct_ser.serialize_field("values", &self.values)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for LabelSelectorRequirement {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "key",
            "operator",
            "values",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Key,
            Operator,
            Values,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "key" => Ok(GeneratedField::Key),
                            "operator" => Ok(GeneratedField::Operator),
                            "values" => Ok(GeneratedField::Values),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = LabelSelectorRequirement;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.LabelSelectorRequirement")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<LabelSelectorRequirement, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut key__ = None;
                let mut operator__ = None;
                let mut values__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Key => {
                            if key__.is_some() {
                                return Err(serde::de::Error::duplicate_field("key"));
                            }
                            key__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Operator => {
                            if operator__.is_some() {
                                return Err(serde::de::Error::duplicate_field("operator"));
                            }
                            operator__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Values => {
                            if values__.is_some() {
                                return Err(serde::de::Error::duplicate_field("values"));
                            }
                            values__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(LabelSelectorRequirement {
                    key: key__.unwrap_or_default(),
                    operator: operator__.unwrap_or_default(),
                    values: values__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.LabelSelectorRequirement", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for LeaseGrant {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.heartbeat_sequence != 0 {
            len += 1;
        }
        if self.length.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.LeaseGrant", len)?;
        if self.heartbeat_sequence != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("heartbeatSequence", ToString::to_string(&self.heartbeat_sequence).as_str())?;
        }
        if let Some(v) = self.length.as_ref() {
            struct_ser.serialize_field("length", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for LeaseGrant {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "heartbeat_sequence",
            "heartbeatSequence",
            "length",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            HeartbeatSequence,
            Length,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "heartbeatSequence" | "heartbeat_sequence" => Ok(GeneratedField::HeartbeatSequence),
                            "length" => Ok(GeneratedField::Length),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = LeaseGrant;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.LeaseGrant")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<LeaseGrant, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut heartbeat_sequence__ = None;
                let mut length__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::HeartbeatSequence => {
                            if heartbeat_sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("heartbeatSequence"));
                            }
                            heartbeat_sequence__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Length => {
                            if length__.is_some() {
                                return Err(serde::de::Error::duplicate_field("length"));
                            }
                            length__ = map_.next_value()?;
                        }
                    }
                }
                Ok(LeaseGrant {
                    heartbeat_sequence: heartbeat_sequence__.unwrap_or_default(),
                    length: length__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.LeaseGrant", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for LiftGate {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.header.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.LiftGate", len)?;
        if let Some(v) = self.header.as_ref() {
            struct_ser.serialize_field("header", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for LiftGate {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "header",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Header,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "header" => Ok(GeneratedField::Header),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = LiftGate;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.LiftGate")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<LiftGate, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut header__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Header => {
                            if header__.is_some() {
                                return Err(serde::de::Error::duplicate_field("header"));
                            }
                            header__ = map_.next_value()?;
                        }
                    }
                }
                Ok(LiftGate {
                    header: header__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.LiftGate", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for LimitRange {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.default_requests.is_empty() {
            len += 1;
        }
        if !self.default_limits.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.LimitRange", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.default_requests.is_empty() {
            let v: std::collections::HashMap<_, _> = self.default_requests.iter()
                .map(|(k, v)| (k, v.to_string())).collect();
            struct_ser.serialize_field("defaultRequests", &v)?;
        }
        if !self.default_limits.is_empty() {
            let v: std::collections::HashMap<_, _> = self.default_limits.iter()
                .map(|(k, v)| (k, v.to_string())).collect();
            struct_ser.serialize_field("defaultLimits", &v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for LimitRange {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "default_requests",
            "defaultRequests",
            "default_limits",
            "defaultLimits",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            DefaultRequests,
            DefaultLimits,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "defaultRequests" | "default_requests" => Ok(GeneratedField::DefaultRequests),
                            "defaultLimits" | "default_limits" => Ok(GeneratedField::DefaultLimits),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = LimitRange;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.LimitRange")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<LimitRange, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut default_requests__ = None;
                let mut default_limits__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::DefaultRequests => {
                            if default_requests__.is_some() {
                                return Err(serde::de::Error::duplicate_field("defaultRequests"));
                            }
                            default_requests__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, ::pbjson::private::NumberDeserialize<i64>>>()?
                                    .into_iter().map(|(k,v)| (k, v.0)).collect()
                            );
                        }
                        GeneratedField::DefaultLimits => {
                            if default_limits__.is_some() {
                                return Err(serde::de::Error::duplicate_field("defaultLimits"));
                            }
                            default_limits__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, ::pbjson::private::NumberDeserialize<i64>>>()?
                                    .into_iter().map(|(k,v)| (k, v.0)).collect()
                            );
                        }
                    }
                }
                Ok(LimitRange {
                    name: name__.unwrap_or_default(),
                    default_requests: default_requests__.unwrap_or_default(),
                    default_limits: default_limits__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.LimitRange", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for LimitRanges {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.ranges.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.LimitRanges", len)?;
        if !self.ranges.is_empty() {
            struct_ser.serialize_field("ranges", &self.ranges)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for LimitRanges {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "ranges",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Ranges,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "ranges" => Ok(GeneratedField::Ranges),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = LimitRanges;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.LimitRanges")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<LimitRanges, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut ranges__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Ranges => {
                            if ranges__.is_some() {
                                return Err(serde::de::Error::duplicate_field("ranges"));
                            }
                            ranges__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(LimitRanges {
                    ranges: ranges__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.LimitRanges", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListClustersRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.page_size != 0 {
            len += 1;
        }
        if !self.page_token.is_empty() {
            len += 1;
        }
        if !self.filter.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListClustersRequest", len)?;
        if self.page_size != 0 {
            struct_ser.serialize_field("pageSize", &self.page_size)?;
        }
        if !self.page_token.is_empty() {
            struct_ser.serialize_field("pageToken", &self.page_token)?;
        }
        if !self.filter.is_empty() {
            struct_ser.serialize_field("filter", &self.filter)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListClustersRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "page_size",
            "pageSize",
            "page_token",
            "pageToken",
            "filter",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            PageSize,
            PageToken,
            Filter,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "pageSize" | "page_size" => Ok(GeneratedField::PageSize),
                            "pageToken" | "page_token" => Ok(GeneratedField::PageToken),
                            "filter" => Ok(GeneratedField::Filter),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListClustersRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListClustersRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListClustersRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut page_size__ = None;
                let mut page_token__ = None;
                let mut filter__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::PageSize => {
                            if page_size__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pageSize"));
                            }
                            page_size__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::PageToken => {
                            if page_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pageToken"));
                            }
                            page_token__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Filter => {
                            if filter__.is_some() {
                                return Err(serde::de::Error::duplicate_field("filter"));
                            }
                            filter__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListClustersRequest {
                    page_size: page_size__.unwrap_or_default(),
                    page_token: page_token__.unwrap_or_default(),
                    filter: filter__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListClustersRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListClustersResponse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.clusters.is_empty() {
            len += 1;
        }
        if !self.next_page_token.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListClustersResponse", len)?;
        if !self.clusters.is_empty() {
            struct_ser.serialize_field("clusters", &self.clusters)?;
        }
        if !self.next_page_token.is_empty() {
            struct_ser.serialize_field("nextPageToken", &self.next_page_token)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListClustersResponse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "clusters",
            "next_page_token",
            "nextPageToken",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Clusters,
            NextPageToken,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "clusters" => Ok(GeneratedField::Clusters),
                            "nextPageToken" | "next_page_token" => Ok(GeneratedField::NextPageToken),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListClustersResponse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListClustersResponse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListClustersResponse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut clusters__ = None;
                let mut next_page_token__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Clusters => {
                            if clusters__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clusters"));
                            }
                            clusters__ = Some(map_.next_value()?);
                        }
                        GeneratedField::NextPageToken => {
                            if next_page_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nextPageToken"));
                            }
                            next_page_token__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListClustersResponse {
                    clusters: clusters__.unwrap_or_default(),
                    next_page_token: next_page_token__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListClustersResponse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListJoinTokensRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.page_size != 0 {
            len += 1;
        }
        if !self.page_token.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListJoinTokensRequest", len)?;
        if self.page_size != 0 {
            struct_ser.serialize_field("pageSize", &self.page_size)?;
        }
        if !self.page_token.is_empty() {
            struct_ser.serialize_field("pageToken", &self.page_token)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListJoinTokensRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "page_size",
            "pageSize",
            "page_token",
            "pageToken",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            PageSize,
            PageToken,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "pageSize" | "page_size" => Ok(GeneratedField::PageSize),
                            "pageToken" | "page_token" => Ok(GeneratedField::PageToken),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListJoinTokensRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListJoinTokensRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListJoinTokensRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut page_size__ = None;
                let mut page_token__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::PageSize => {
                            if page_size__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pageSize"));
                            }
                            page_size__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::PageToken => {
                            if page_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pageToken"));
                            }
                            page_token__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListJoinTokensRequest {
                    page_size: page_size__.unwrap_or_default(),
                    page_token: page_token__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListJoinTokensRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListJoinTokensResponse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.join_tokens.is_empty() {
            len += 1;
        }
        if !self.next_page_token.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListJoinTokensResponse", len)?;
        if !self.join_tokens.is_empty() {
            struct_ser.serialize_field("joinTokens", &self.join_tokens)?;
        }
        if !self.next_page_token.is_empty() {
            struct_ser.serialize_field("nextPageToken", &self.next_page_token)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListJoinTokensResponse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "join_tokens",
            "joinTokens",
            "next_page_token",
            "nextPageToken",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            JoinTokens,
            NextPageToken,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "joinTokens" | "join_tokens" => Ok(GeneratedField::JoinTokens),
                            "nextPageToken" | "next_page_token" => Ok(GeneratedField::NextPageToken),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListJoinTokensResponse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListJoinTokensResponse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListJoinTokensResponse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut join_tokens__ = None;
                let mut next_page_token__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::JoinTokens => {
                            if join_tokens__.is_some() {
                                return Err(serde::de::Error::duplicate_field("joinTokens"));
                            }
                            join_tokens__ = Some(map_.next_value()?);
                        }
                        GeneratedField::NextPageToken => {
                            if next_page_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nextPageToken"));
                            }
                            next_page_token__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListJoinTokensResponse {
                    join_tokens: join_tokens__.unwrap_or_default(),
                    next_page_token: next_page_token__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListJoinTokensResponse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListNodesRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.parent.is_empty() {
            len += 1;
        }
        if self.page_size != 0 {
            len += 1;
        }
        if !self.page_token.is_empty() {
            len += 1;
        }
        if !self.filter.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListNodesRequest", len)?;
        if !self.parent.is_empty() {
            struct_ser.serialize_field("parent", &self.parent)?;
        }
        if self.page_size != 0 {
            struct_ser.serialize_field("pageSize", &self.page_size)?;
        }
        if !self.page_token.is_empty() {
            struct_ser.serialize_field("pageToken", &self.page_token)?;
        }
        if !self.filter.is_empty() {
            struct_ser.serialize_field("filter", &self.filter)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListNodesRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "parent",
            "page_size",
            "pageSize",
            "page_token",
            "pageToken",
            "filter",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Parent,
            PageSize,
            PageToken,
            Filter,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "parent" => Ok(GeneratedField::Parent),
                            "pageSize" | "page_size" => Ok(GeneratedField::PageSize),
                            "pageToken" | "page_token" => Ok(GeneratedField::PageToken),
                            "filter" => Ok(GeneratedField::Filter),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListNodesRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListNodesRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListNodesRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut parent__ = None;
                let mut page_size__ = None;
                let mut page_token__ = None;
                let mut filter__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Parent => {
                            if parent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("parent"));
                            }
                            parent__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PageSize => {
                            if page_size__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pageSize"));
                            }
                            page_size__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::PageToken => {
                            if page_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pageToken"));
                            }
                            page_token__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Filter => {
                            if filter__.is_some() {
                                return Err(serde::de::Error::duplicate_field("filter"));
                            }
                            filter__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListNodesRequest {
                    parent: parent__.unwrap_or_default(),
                    page_size: page_size__.unwrap_or_default(),
                    page_token: page_token__.unwrap_or_default(),
                    filter: filter__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListNodesRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListNodesResponse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.nodes.is_empty() {
            len += 1;
        }
        if !self.next_page_token.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListNodesResponse", len)?;
        if !self.nodes.is_empty() {
            struct_ser.serialize_field("nodes", &self.nodes)?;
        }
        if !self.next_page_token.is_empty() {
            struct_ser.serialize_field("nextPageToken", &self.next_page_token)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListNodesResponse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "nodes",
            "next_page_token",
            "nextPageToken",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Nodes,
            NextPageToken,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "nodes" => Ok(GeneratedField::Nodes),
                            "nextPageToken" | "next_page_token" => Ok(GeneratedField::NextPageToken),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListNodesResponse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListNodesResponse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListNodesResponse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut nodes__ = None;
                let mut next_page_token__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Nodes => {
                            if nodes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodes"));
                            }
                            nodes__ = Some(map_.next_value()?);
                        }
                        GeneratedField::NextPageToken => {
                            if next_page_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nextPageToken"));
                            }
                            next_page_token__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListNodesResponse {
                    nodes: nodes__.unwrap_or_default(),
                    next_page_token: next_page_token__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListNodesResponse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListOrphansRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.parent.is_empty() {
            len += 1;
        }
        if self.page_size != 0 {
            len += 1;
        }
        if !self.page_token.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListOrphansRequest", len)?;
        if !self.parent.is_empty() {
            struct_ser.serialize_field("parent", &self.parent)?;
        }
        if self.page_size != 0 {
            struct_ser.serialize_field("pageSize", &self.page_size)?;
        }
        if !self.page_token.is_empty() {
            struct_ser.serialize_field("pageToken", &self.page_token)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListOrphansRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "parent",
            "page_size",
            "pageSize",
            "page_token",
            "pageToken",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Parent,
            PageSize,
            PageToken,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "parent" => Ok(GeneratedField::Parent),
                            "pageSize" | "page_size" => Ok(GeneratedField::PageSize),
                            "pageToken" | "page_token" => Ok(GeneratedField::PageToken),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListOrphansRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListOrphansRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListOrphansRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut parent__ = None;
                let mut page_size__ = None;
                let mut page_token__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Parent => {
                            if parent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("parent"));
                            }
                            parent__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PageSize => {
                            if page_size__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pageSize"));
                            }
                            page_size__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::PageToken => {
                            if page_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pageToken"));
                            }
                            page_token__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListOrphansRequest {
                    parent: parent__.unwrap_or_default(),
                    page_size: page_size__.unwrap_or_default(),
                    page_token: page_token__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListOrphansRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListOrphansResponse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.orphans.is_empty() {
            len += 1;
        }
        if !self.next_page_token.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListOrphansResponse", len)?;
        if !self.orphans.is_empty() {
            struct_ser.serialize_field("orphans", &self.orphans)?;
        }
        if !self.next_page_token.is_empty() {
            struct_ser.serialize_field("nextPageToken", &self.next_page_token)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListOrphansResponse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "orphans",
            "next_page_token",
            "nextPageToken",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Orphans,
            NextPageToken,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "orphans" => Ok(GeneratedField::Orphans),
                            "nextPageToken" | "next_page_token" => Ok(GeneratedField::NextPageToken),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListOrphansResponse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListOrphansResponse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListOrphansResponse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut orphans__ = None;
                let mut next_page_token__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Orphans => {
                            if orphans__.is_some() {
                                return Err(serde::de::Error::duplicate_field("orphans"));
                            }
                            orphans__ = Some(map_.next_value()?);
                        }
                        GeneratedField::NextPageToken => {
                            if next_page_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nextPageToken"));
                            }
                            next_page_token__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListOrphansResponse {
                    orphans: orphans__.unwrap_or_default(),
                    next_page_token: next_page_token__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListOrphansResponse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListPlacementRevisionsRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.parent.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListPlacementRevisionsRequest", len)?;
        if !self.parent.is_empty() {
            struct_ser.serialize_field("parent", &self.parent)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListPlacementRevisionsRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "parent",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Parent,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "parent" => Ok(GeneratedField::Parent),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListPlacementRevisionsRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListPlacementRevisionsRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListPlacementRevisionsRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut parent__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Parent => {
                            if parent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("parent"));
                            }
                            parent__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListPlacementRevisionsRequest {
                    parent: parent__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListPlacementRevisionsRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListPlacementRevisionsResponse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.revisions.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListPlacementRevisionsResponse", len)?;
        if !self.revisions.is_empty() {
            struct_ser.serialize_field("revisions", &self.revisions)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListPlacementRevisionsResponse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "revisions",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Revisions,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "revisions" => Ok(GeneratedField::Revisions),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListPlacementRevisionsResponse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListPlacementRevisionsResponse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListPlacementRevisionsResponse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut revisions__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Revisions => {
                            if revisions__.is_some() {
                                return Err(serde::de::Error::duplicate_field("revisions"));
                            }
                            revisions__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListPlacementRevisionsResponse {
                    revisions: revisions__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListPlacementRevisionsResponse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListPlacementsRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.parent.is_empty() {
            len += 1;
        }
        if self.page_size != 0 {
            len += 1;
        }
        if !self.page_token.is_empty() {
            len += 1;
        }
        if !self.filter.is_empty() {
            len += 1;
        }
        if !self.order_by.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListPlacementsRequest", len)?;
        if !self.parent.is_empty() {
            struct_ser.serialize_field("parent", &self.parent)?;
        }
        if self.page_size != 0 {
            struct_ser.serialize_field("pageSize", &self.page_size)?;
        }
        if !self.page_token.is_empty() {
            struct_ser.serialize_field("pageToken", &self.page_token)?;
        }
        if !self.filter.is_empty() {
            struct_ser.serialize_field("filter", &self.filter)?;
        }
        if !self.order_by.is_empty() {
            struct_ser.serialize_field("orderBy", &self.order_by)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListPlacementsRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "parent",
            "page_size",
            "pageSize",
            "page_token",
            "pageToken",
            "filter",
            "order_by",
            "orderBy",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Parent,
            PageSize,
            PageToken,
            Filter,
            OrderBy,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "parent" => Ok(GeneratedField::Parent),
                            "pageSize" | "page_size" => Ok(GeneratedField::PageSize),
                            "pageToken" | "page_token" => Ok(GeneratedField::PageToken),
                            "filter" => Ok(GeneratedField::Filter),
                            "orderBy" | "order_by" => Ok(GeneratedField::OrderBy),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListPlacementsRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListPlacementsRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListPlacementsRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut parent__ = None;
                let mut page_size__ = None;
                let mut page_token__ = None;
                let mut filter__ = None;
                let mut order_by__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Parent => {
                            if parent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("parent"));
                            }
                            parent__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PageSize => {
                            if page_size__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pageSize"));
                            }
                            page_size__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::PageToken => {
                            if page_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pageToken"));
                            }
                            page_token__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Filter => {
                            if filter__.is_some() {
                                return Err(serde::de::Error::duplicate_field("filter"));
                            }
                            filter__ = Some(map_.next_value()?);
                        }
                        GeneratedField::OrderBy => {
                            if order_by__.is_some() {
                                return Err(serde::de::Error::duplicate_field("orderBy"));
                            }
                            order_by__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListPlacementsRequest {
                    parent: parent__.unwrap_or_default(),
                    page_size: page_size__.unwrap_or_default(),
                    page_token: page_token__.unwrap_or_default(),
                    filter: filter__.unwrap_or_default(),
                    order_by: order_by__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListPlacementsRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ListPlacementsResponse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.placements.is_empty() {
            len += 1;
        }
        if !self.next_page_token.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ListPlacementsResponse", len)?;
        if !self.placements.is_empty() {
            struct_ser.serialize_field("placements", &self.placements)?;
        }
        if !self.next_page_token.is_empty() {
            struct_ser.serialize_field("nextPageToken", &self.next_page_token)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ListPlacementsResponse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "placements",
            "next_page_token",
            "nextPageToken",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Placements,
            NextPageToken,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "placements" => Ok(GeneratedField::Placements),
                            "nextPageToken" | "next_page_token" => Ok(GeneratedField::NextPageToken),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ListPlacementsResponse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ListPlacementsResponse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ListPlacementsResponse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut placements__ = None;
                let mut next_page_token__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Placements => {
                            if placements__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placements"));
                            }
                            placements__ = Some(map_.next_value()?);
                        }
                        GeneratedField::NextPageToken => {
                            if next_page_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nextPageToken"));
                            }
                            next_page_token__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ListPlacementsResponse {
                    placements: placements__.unwrap_or_default(),
                    next_page_token: next_page_token__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ListPlacementsResponse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for LocalObjectReference {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.LocalObjectReference", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for LocalObjectReference {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = LocalObjectReference;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.LocalObjectReference")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<LocalObjectReference, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(LocalObjectReference {
                    name: name__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.LocalObjectReference", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ManagedPerformer {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.placement_uid.is_empty() {
            len += 1;
        }
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if !self.content_hash.is_empty() {
            len += 1;
        }
        if !self.performer.is_empty() {
            len += 1;
        }
        if !self.signed_placement.is_empty() {
            len += 1;
        }
        if self.incarnation != 0 {
            len += 1;
        }
        if self.term != 0 {
            len += 1;
        }
        if self.terminating {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ManagedPerformer", len)?;
        if !self.placement_uid.is_empty() {
            struct_ser.serialize_field("placementUid", &self.placement_uid)?;
        }
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if !self.content_hash.is_empty() {
            struct_ser.serialize_field("contentHash", &self.content_hash)?;
        }
        if !self.performer.is_empty() {
            struct_ser.serialize_field("performer", &self.performer)?;
        }
        if !self.signed_placement.is_empty() {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("signedPlacement", pbjson::private::base64::encode(&self.signed_placement).as_str())?;
        }
        if self.incarnation != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("incarnation", ToString::to_string(&self.incarnation).as_str())?;
        }
        if self.term != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("term", ToString::to_string(&self.term).as_str())?;
        }
        if self.terminating {
            struct_ser.serialize_field("terminating", &self.terminating)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ManagedPerformer {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "placement_uid",
            "placementUid",
            "slot",
            "epoch",
            "content_hash",
            "contentHash",
            "performer",
            "signed_placement",
            "signedPlacement",
            "incarnation",
            "term",
            "terminating",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            PlacementUid,
            Slot,
            Epoch,
            ContentHash,
            Performer,
            SignedPlacement,
            Incarnation,
            Term,
            Terminating,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "placementUid" | "placement_uid" => Ok(GeneratedField::PlacementUid),
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "contentHash" | "content_hash" => Ok(GeneratedField::ContentHash),
                            "performer" => Ok(GeneratedField::Performer),
                            "signedPlacement" | "signed_placement" => Ok(GeneratedField::SignedPlacement),
                            "incarnation" => Ok(GeneratedField::Incarnation),
                            "term" => Ok(GeneratedField::Term),
                            "terminating" => Ok(GeneratedField::Terminating),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ManagedPerformer;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ManagedPerformer")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ManagedPerformer, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut placement_uid__ = None;
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut content_hash__ = None;
                let mut performer__ = None;
                let mut signed_placement__ = None;
                let mut incarnation__ = None;
                let mut term__ = None;
                let mut terminating__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::PlacementUid => {
                            if placement_uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placementUid"));
                            }
                            placement_uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::ContentHash => {
                            if content_hash__.is_some() {
                                return Err(serde::de::Error::duplicate_field("contentHash"));
                            }
                            content_hash__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Performer => {
                            if performer__.is_some() {
                                return Err(serde::de::Error::duplicate_field("performer"));
                            }
                            performer__ = Some(map_.next_value()?);
                        }
                        GeneratedField::SignedPlacement => {
                            if signed_placement__.is_some() {
                                return Err(serde::de::Error::duplicate_field("signedPlacement"));
                            }
                            signed_placement__ = 
                                Some(map_.next_value::<::pbjson::private::BytesDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Incarnation => {
                            if incarnation__.is_some() {
                                return Err(serde::de::Error::duplicate_field("incarnation"));
                            }
                            incarnation__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Term => {
                            if term__.is_some() {
                                return Err(serde::de::Error::duplicate_field("term"));
                            }
                            term__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Terminating => {
                            if terminating__.is_some() {
                                return Err(serde::de::Error::duplicate_field("terminating"));
                            }
                            terminating__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ManagedPerformer {
                    placement_uid: placement_uid__.unwrap_or_default(),
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    content_hash: content_hash__.unwrap_or_default(),
                    performer: performer__.unwrap_or_default(),
                    signed_placement: signed_placement__.unwrap_or_default(),
                    incarnation: incarnation__.unwrap_or_default(),
                    term: term__.unwrap_or_default(),
                    terminating: terminating__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ManagedPerformer", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for NamedScore {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if self.value != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.NamedScore", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if self.value != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("value", ToString::to_string(&self.value).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for NamedScore {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "value",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Value,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "value" => Ok(GeneratedField::Value),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = NamedScore;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.NamedScore")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<NamedScore, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut value__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Value => {
                            if value__.is_some() {
                                return Err(serde::de::Error::duplicate_field("value"));
                            }
                            value__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(NamedScore {
                    name: name__.unwrap_or_default(),
                    value: value__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.NamedScore", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for NamespaceInfo {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.service_accounts.is_empty() {
            len += 1;
        }
        if self.secrets.is_some() {
            len += 1;
        }
        if self.config_maps.is_some() {
            len += 1;
        }
        if !self.quotas.is_empty() {
            len += 1;
        }
        if self.limit_ranges.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.NamespaceInfo", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.service_accounts.is_empty() {
            struct_ser.serialize_field("serviceAccounts", &self.service_accounts)?;
        }
        if let Some(v) = self.secrets.as_ref() {
            struct_ser.serialize_field("secrets", v)?;
        }
        if let Some(v) = self.config_maps.as_ref() {
            struct_ser.serialize_field("configMaps", v)?;
        }
        if !self.quotas.is_empty() {
            struct_ser.serialize_field("quotas", &self.quotas)?;
        }
        if let Some(v) = self.limit_ranges.as_ref() {
            struct_ser.serialize_field("limitRanges", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for NamespaceInfo {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "service_accounts",
            "serviceAccounts",
            "secrets",
            "config_maps",
            "configMaps",
            "quotas",
            "limit_ranges",
            "limitRanges",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            ServiceAccounts,
            Secrets,
            ConfigMaps,
            Quotas,
            LimitRanges,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "serviceAccounts" | "service_accounts" => Ok(GeneratedField::ServiceAccounts),
                            "secrets" => Ok(GeneratedField::Secrets),
                            "configMaps" | "config_maps" => Ok(GeneratedField::ConfigMaps),
                            "quotas" => Ok(GeneratedField::Quotas),
                            "limitRanges" | "limit_ranges" => Ok(GeneratedField::LimitRanges),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = NamespaceInfo;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.NamespaceInfo")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<NamespaceInfo, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut service_accounts__ = None;
                let mut secrets__ = None;
                let mut config_maps__ = None;
                let mut quotas__ = None;
                let mut limit_ranges__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ServiceAccounts => {
                            if service_accounts__.is_some() {
                                return Err(serde::de::Error::duplicate_field("serviceAccounts"));
                            }
                            service_accounts__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Secrets => {
                            if secrets__.is_some() {
                                return Err(serde::de::Error::duplicate_field("secrets"));
                            }
                            secrets__ = map_.next_value()?;
                        }
                        GeneratedField::ConfigMaps => {
                            if config_maps__.is_some() {
                                return Err(serde::de::Error::duplicate_field("configMaps"));
                            }
                            config_maps__ = map_.next_value()?;
                        }
                        GeneratedField::Quotas => {
                            if quotas__.is_some() {
                                return Err(serde::de::Error::duplicate_field("quotas"));
                            }
                            quotas__ = Some(map_.next_value()?);
                        }
                        GeneratedField::LimitRanges => {
                            if limit_ranges__.is_some() {
                                return Err(serde::de::Error::duplicate_field("limitRanges"));
                            }
                            limit_ranges__ = map_.next_value()?;
                        }
                    }
                }
                Ok(NamespaceInfo {
                    name: name__.unwrap_or_default(),
                    service_accounts: service_accounts__.unwrap_or_default(),
                    secrets: secrets__,
                    config_maps: config_maps__,
                    quotas: quotas__.unwrap_or_default(),
                    limit_ranges: limit_ranges__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.NamespaceInfo", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Node {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.labels.is_empty() {
            len += 1;
        }
        if !self.taints.is_empty() {
            len += 1;
        }
        if self.unschedulable {
            len += 1;
        }
        if self.ready {
            len += 1;
        }
        if !self.resources.is_empty() {
            len += 1;
        }
        if !self.gpu_product.is_empty() {
            len += 1;
        }
        if !self.tee_kinds.is_empty() {
            len += 1;
        }
        if self.assignments != 0 {
            len += 1;
        }
        if !self.gpus.is_empty() {
            len += 1;
        }
        if !self.devices.is_empty() {
            len += 1;
        }
        if self.devices_used_unnamed != 0 {
            len += 1;
        }
        if self.devices_promised_unnamed != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Node", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.labels.is_empty() {
            struct_ser.serialize_field("labels", &self.labels)?;
        }
        if !self.taints.is_empty() {
            struct_ser.serialize_field("taints", &self.taints)?;
        }
        if self.unschedulable {
            struct_ser.serialize_field("unschedulable", &self.unschedulable)?;
        }
        if self.ready {
            struct_ser.serialize_field("ready", &self.ready)?;
        }
        if !self.resources.is_empty() {
            struct_ser.serialize_field("resources", &self.resources)?;
        }
        if !self.gpu_product.is_empty() {
            struct_ser.serialize_field("gpuProduct", &self.gpu_product)?;
        }
        if !self.tee_kinds.is_empty() {
            struct_ser.serialize_field("teeKinds", &self.tee_kinds)?;
        }
        if self.assignments != 0 {
            struct_ser.serialize_field("assignments", &self.assignments)?;
        }
        if !self.gpus.is_empty() {
            struct_ser.serialize_field("gpus", &self.gpus)?;
        }
        if !self.devices.is_empty() {
            struct_ser.serialize_field("devices", &self.devices)?;
        }
        if self.devices_used_unnamed != 0 {
            struct_ser.serialize_field("devicesUsedUnnamed", &self.devices_used_unnamed)?;
        }
        if self.devices_promised_unnamed != 0 {
            struct_ser.serialize_field("devicesPromisedUnnamed", &self.devices_promised_unnamed)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Node {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "labels",
            "taints",
            "unschedulable",
            "ready",
            "resources",
            "gpu_product",
            "gpuProduct",
            "tee_kinds",
            "teeKinds",
            "assignments",
            "gpus",
            "devices",
            "devices_used_unnamed",
            "devicesUsedUnnamed",
            "devices_promised_unnamed",
            "devicesPromisedUnnamed",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Labels,
            Taints,
            Unschedulable,
            Ready,
            Resources,
            GpuProduct,
            TeeKinds,
            Assignments,
            Gpus,
            Devices,
            DevicesUsedUnnamed,
            DevicesPromisedUnnamed,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "labels" => Ok(GeneratedField::Labels),
                            "taints" => Ok(GeneratedField::Taints),
                            "unschedulable" => Ok(GeneratedField::Unschedulable),
                            "ready" => Ok(GeneratedField::Ready),
                            "resources" => Ok(GeneratedField::Resources),
                            "gpuProduct" | "gpu_product" => Ok(GeneratedField::GpuProduct),
                            "teeKinds" | "tee_kinds" => Ok(GeneratedField::TeeKinds),
                            "assignments" => Ok(GeneratedField::Assignments),
                            "gpus" => Ok(GeneratedField::Gpus),
                            "devices" => Ok(GeneratedField::Devices),
                            "devicesUsedUnnamed" | "devices_used_unnamed" => Ok(GeneratedField::DevicesUsedUnnamed),
                            "devicesPromisedUnnamed" | "devices_promised_unnamed" => Ok(GeneratedField::DevicesPromisedUnnamed),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Node;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Node")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Node, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut labels__ = None;
                let mut taints__ = None;
                let mut unschedulable__ = None;
                let mut ready__ = None;
                let mut resources__ = None;
                let mut gpu_product__ = None;
                let mut tee_kinds__ = None;
                let mut assignments__ = None;
                let mut gpus__ = None;
                let mut devices__ = None;
                let mut devices_used_unnamed__ = None;
                let mut devices_promised_unnamed__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Labels => {
                            if labels__.is_some() {
                                return Err(serde::de::Error::duplicate_field("labels"));
                            }
                            labels__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::Taints => {
                            if taints__.is_some() {
                                return Err(serde::de::Error::duplicate_field("taints"));
                            }
                            taints__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Unschedulable => {
                            if unschedulable__.is_some() {
                                return Err(serde::de::Error::duplicate_field("unschedulable"));
                            }
                            unschedulable__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Ready => {
                            if ready__.is_some() {
                                return Err(serde::de::Error::duplicate_field("ready"));
                            }
                            ready__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Resources => {
                            if resources__.is_some() {
                                return Err(serde::de::Error::duplicate_field("resources"));
                            }
                            resources__ = Some(map_.next_value()?);
                        }
                        GeneratedField::GpuProduct => {
                            if gpu_product__.is_some() {
                                return Err(serde::de::Error::duplicate_field("gpuProduct"));
                            }
                            gpu_product__ = Some(map_.next_value()?);
                        }
                        GeneratedField::TeeKinds => {
                            if tee_kinds__.is_some() {
                                return Err(serde::de::Error::duplicate_field("teeKinds"));
                            }
                            tee_kinds__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Assignments => {
                            if assignments__.is_some() {
                                return Err(serde::de::Error::duplicate_field("assignments"));
                            }
                            assignments__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Gpus => {
                            if gpus__.is_some() {
                                return Err(serde::de::Error::duplicate_field("gpus"));
                            }
                            gpus__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Devices => {
                            if devices__.is_some() {
                                return Err(serde::de::Error::duplicate_field("devices"));
                            }
                            devices__ = Some(map_.next_value()?);
                        }
                        GeneratedField::DevicesUsedUnnamed => {
                            if devices_used_unnamed__.is_some() {
                                return Err(serde::de::Error::duplicate_field("devicesUsedUnnamed"));
                            }
                            devices_used_unnamed__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::DevicesPromisedUnnamed => {
                            if devices_promised_unnamed__.is_some() {
                                return Err(serde::de::Error::duplicate_field("devicesPromisedUnnamed"));
                            }
                            devices_promised_unnamed__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(Node {
                    name: name__.unwrap_or_default(),
                    labels: labels__.unwrap_or_default(),
                    taints: taints__.unwrap_or_default(),
                    unschedulable: unschedulable__.unwrap_or_default(),
                    ready: ready__.unwrap_or_default(),
                    resources: resources__.unwrap_or_default(),
                    gpu_product: gpu_product__.unwrap_or_default(),
                    tee_kinds: tee_kinds__.unwrap_or_default(),
                    assignments: assignments__.unwrap_or_default(),
                    gpus: gpus__.unwrap_or_default(),
                    devices: devices__.unwrap_or_default(),
                    devices_used_unnamed: devices_used_unnamed__.unwrap_or_default(),
                    devices_promised_unnamed: devices_promised_unnamed__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Node", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for NodeAffinity {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.required_during_scheduling_ignored_during_execution.is_some() {
            len += 1;
        }
        if !self.preferred_during_scheduling_ignored_during_execution.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.NodeAffinity", len)?;
        if let Some(v) = self.required_during_scheduling_ignored_during_execution.as_ref() {
            struct_ser.serialize_field("requiredDuringSchedulingIgnoredDuringExecution", v)?;
        }
        if !self.preferred_during_scheduling_ignored_during_execution.is_empty() {
            struct_ser.serialize_field("preferredDuringSchedulingIgnoredDuringExecution", &self.preferred_during_scheduling_ignored_during_execution)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for NodeAffinity {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "required_during_scheduling_ignored_during_execution",
            "requiredDuringSchedulingIgnoredDuringExecution",
            "preferred_during_scheduling_ignored_during_execution",
            "preferredDuringSchedulingIgnoredDuringExecution",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            RequiredDuringSchedulingIgnoredDuringExecution,
            PreferredDuringSchedulingIgnoredDuringExecution,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "requiredDuringSchedulingIgnoredDuringExecution" | "required_during_scheduling_ignored_during_execution" => Ok(GeneratedField::RequiredDuringSchedulingIgnoredDuringExecution),
                            "preferredDuringSchedulingIgnoredDuringExecution" | "preferred_during_scheduling_ignored_during_execution" => Ok(GeneratedField::PreferredDuringSchedulingIgnoredDuringExecution),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = NodeAffinity;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.NodeAffinity")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<NodeAffinity, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut required_during_scheduling_ignored_during_execution__ = None;
                let mut preferred_during_scheduling_ignored_during_execution__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::RequiredDuringSchedulingIgnoredDuringExecution => {
                            if required_during_scheduling_ignored_during_execution__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requiredDuringSchedulingIgnoredDuringExecution"));
                            }
                            required_during_scheduling_ignored_during_execution__ = map_.next_value()?;
                        }
                        GeneratedField::PreferredDuringSchedulingIgnoredDuringExecution => {
                            if preferred_during_scheduling_ignored_during_execution__.is_some() {
                                return Err(serde::de::Error::duplicate_field("preferredDuringSchedulingIgnoredDuringExecution"));
                            }
                            preferred_during_scheduling_ignored_during_execution__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(NodeAffinity {
                    required_during_scheduling_ignored_during_execution: required_during_scheduling_ignored_during_execution__,
                    preferred_during_scheduling_ignored_during_execution: preferred_during_scheduling_ignored_during_execution__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.NodeAffinity", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for NodeDevice {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.device.is_empty() {
            len += 1;
        }
        if !self.product.is_empty() {
            len += 1;
        }
        if self.memory_mib != 0 {
            len += 1;
        }
        if !self.mig_profile.is_empty() {
            len += 1;
        }
        if self.free_milli != 0 {
            len += 1;
        }
        if !self.holders.is_empty() {
            len += 1;
        }
        if self.kind_kept_out != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.NodeDevice", len)?;
        if !self.device.is_empty() {
            struct_ser.serialize_field("device", &self.device)?;
        }
        if !self.product.is_empty() {
            struct_ser.serialize_field("product", &self.product)?;
        }
        if self.memory_mib != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("memoryMib", ToString::to_string(&self.memory_mib).as_str())?;
        }
        if !self.mig_profile.is_empty() {
            struct_ser.serialize_field("migProfile", &self.mig_profile)?;
        }
        if self.free_milli != 0 {
            struct_ser.serialize_field("freeMilli", &self.free_milli)?;
        }
        if !self.holders.is_empty() {
            struct_ser.serialize_field("holders", &self.holders)?;
        }
        if self.kind_kept_out != 0 {
            struct_ser.serialize_field("kindKeptOut", &self.kind_kept_out)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for NodeDevice {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "device",
            "product",
            "memory_mib",
            "memoryMib",
            "mig_profile",
            "migProfile",
            "free_milli",
            "freeMilli",
            "holders",
            "kind_kept_out",
            "kindKeptOut",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Device,
            Product,
            MemoryMib,
            MigProfile,
            FreeMilli,
            Holders,
            KindKeptOut,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "device" => Ok(GeneratedField::Device),
                            "product" => Ok(GeneratedField::Product),
                            "memoryMib" | "memory_mib" => Ok(GeneratedField::MemoryMib),
                            "migProfile" | "mig_profile" => Ok(GeneratedField::MigProfile),
                            "freeMilli" | "free_milli" => Ok(GeneratedField::FreeMilli),
                            "holders" => Ok(GeneratedField::Holders),
                            "kindKeptOut" | "kind_kept_out" => Ok(GeneratedField::KindKeptOut),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = NodeDevice;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.NodeDevice")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<NodeDevice, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut device__ = None;
                let mut product__ = None;
                let mut memory_mib__ = None;
                let mut mig_profile__ = None;
                let mut free_milli__ = None;
                let mut holders__ = None;
                let mut kind_kept_out__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Device => {
                            if device__.is_some() {
                                return Err(serde::de::Error::duplicate_field("device"));
                            }
                            device__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Product => {
                            if product__.is_some() {
                                return Err(serde::de::Error::duplicate_field("product"));
                            }
                            product__ = Some(map_.next_value()?);
                        }
                        GeneratedField::MemoryMib => {
                            if memory_mib__.is_some() {
                                return Err(serde::de::Error::duplicate_field("memoryMib"));
                            }
                            memory_mib__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::MigProfile => {
                            if mig_profile__.is_some() {
                                return Err(serde::de::Error::duplicate_field("migProfile"));
                            }
                            mig_profile__ = Some(map_.next_value()?);
                        }
                        GeneratedField::FreeMilli => {
                            if free_milli__.is_some() {
                                return Err(serde::de::Error::duplicate_field("freeMilli"));
                            }
                            free_milli__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Holders => {
                            if holders__.is_some() {
                                return Err(serde::de::Error::duplicate_field("holders"));
                            }
                            holders__ = Some(map_.next_value()?);
                        }
                        GeneratedField::KindKeptOut => {
                            if kind_kept_out__.is_some() {
                                return Err(serde::de::Error::duplicate_field("kindKeptOut"));
                            }
                            kind_kept_out__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(NodeDevice {
                    device: device__.unwrap_or_default(),
                    product: product__.unwrap_or_default(),
                    memory_mib: memory_mib__.unwrap_or_default(),
                    mig_profile: mig_profile__.unwrap_or_default(),
                    free_milli: free_milli__.unwrap_or_default(),
                    holders: holders__.unwrap_or_default(),
                    kind_kept_out: kind_kept_out__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.NodeDevice", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for NodeInventory {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.uid.is_empty() {
            len += 1;
        }
        if !self.labels.is_empty() {
            len += 1;
        }
        if !self.taints.is_empty() {
            len += 1;
        }
        if self.unschedulable {
            len += 1;
        }
        if self.ready {
            len += 1;
        }
        if !self.allocatable.is_empty() {
            len += 1;
        }
        if !self.used.is_empty() {
            len += 1;
        }
        if !self.claims.is_empty() {
            len += 1;
        }
        if !self.devices.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.NodeInventory", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.uid.is_empty() {
            struct_ser.serialize_field("uid", &self.uid)?;
        }
        if !self.labels.is_empty() {
            struct_ser.serialize_field("labels", &self.labels)?;
        }
        if !self.taints.is_empty() {
            struct_ser.serialize_field("taints", &self.taints)?;
        }
        if self.unschedulable {
            struct_ser.serialize_field("unschedulable", &self.unschedulable)?;
        }
        if self.ready {
            struct_ser.serialize_field("ready", &self.ready)?;
        }
        if !self.allocatable.is_empty() {
            let v: std::collections::HashMap<_, _> = self.allocatable.iter()
                .map(|(k, v)| (k, v.to_string())).collect();
            struct_ser.serialize_field("allocatable", &v)?;
        }
        if !self.used.is_empty() {
            let v: std::collections::HashMap<_, _> = self.used.iter()
                .map(|(k, v)| (k, v.to_string())).collect();
            struct_ser.serialize_field("used", &v)?;
        }
        if !self.claims.is_empty() {
            struct_ser.serialize_field("claims", &self.claims)?;
        }
        if !self.devices.is_empty() {
            struct_ser.serialize_field("devices", &self.devices)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for NodeInventory {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "uid",
            "labels",
            "taints",
            "unschedulable",
            "ready",
            "allocatable",
            "used",
            "claims",
            "devices",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Uid,
            Labels,
            Taints,
            Unschedulable,
            Ready,
            Allocatable,
            Used,
            Claims,
            Devices,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "uid" => Ok(GeneratedField::Uid),
                            "labels" => Ok(GeneratedField::Labels),
                            "taints" => Ok(GeneratedField::Taints),
                            "unschedulable" => Ok(GeneratedField::Unschedulable),
                            "ready" => Ok(GeneratedField::Ready),
                            "allocatable" => Ok(GeneratedField::Allocatable),
                            "used" => Ok(GeneratedField::Used),
                            "claims" => Ok(GeneratedField::Claims),
                            "devices" => Ok(GeneratedField::Devices),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = NodeInventory;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.NodeInventory")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<NodeInventory, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut uid__ = None;
                let mut labels__ = None;
                let mut taints__ = None;
                let mut unschedulable__ = None;
                let mut ready__ = None;
                let mut allocatable__ = None;
                let mut used__ = None;
                let mut claims__ = None;
                let mut devices__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Uid => {
                            if uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("uid"));
                            }
                            uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Labels => {
                            if labels__.is_some() {
                                return Err(serde::de::Error::duplicate_field("labels"));
                            }
                            labels__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::Taints => {
                            if taints__.is_some() {
                                return Err(serde::de::Error::duplicate_field("taints"));
                            }
                            taints__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Unschedulable => {
                            if unschedulable__.is_some() {
                                return Err(serde::de::Error::duplicate_field("unschedulable"));
                            }
                            unschedulable__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Ready => {
                            if ready__.is_some() {
                                return Err(serde::de::Error::duplicate_field("ready"));
                            }
                            ready__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Allocatable => {
                            if allocatable__.is_some() {
                                return Err(serde::de::Error::duplicate_field("allocatable"));
                            }
                            allocatable__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, ::pbjson::private::NumberDeserialize<i64>>>()?
                                    .into_iter().map(|(k,v)| (k, v.0)).collect()
                            );
                        }
                        GeneratedField::Used => {
                            if used__.is_some() {
                                return Err(serde::de::Error::duplicate_field("used"));
                            }
                            used__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, ::pbjson::private::NumberDeserialize<i64>>>()?
                                    .into_iter().map(|(k,v)| (k, v.0)).collect()
                            );
                        }
                        GeneratedField::Claims => {
                            if claims__.is_some() {
                                return Err(serde::de::Error::duplicate_field("claims"));
                            }
                            claims__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Devices => {
                            if devices__.is_some() {
                                return Err(serde::de::Error::duplicate_field("devices"));
                            }
                            devices__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(NodeInventory {
                    name: name__.unwrap_or_default(),
                    uid: uid__.unwrap_or_default(),
                    labels: labels__.unwrap_or_default(),
                    taints: taints__.unwrap_or_default(),
                    unschedulable: unschedulable__.unwrap_or_default(),
                    ready: ready__.unwrap_or_default(),
                    allocatable: allocatable__.unwrap_or_default(),
                    used: used__.unwrap_or_default(),
                    claims: claims__.unwrap_or_default(),
                    devices: devices__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.NodeInventory", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for NodeRules {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.node_selector.is_empty() {
            len += 1;
        }
        if self.required_node_affinity.is_some() {
            len += 1;
        }
        if !self.tolerations.is_empty() {
            len += 1;
        }
        if !self.hostnames.is_empty() {
            len += 1;
        }
        if !self.preferred_node_affinity.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.NodeRules", len)?;
        if !self.node_selector.is_empty() {
            struct_ser.serialize_field("nodeSelector", &self.node_selector)?;
        }
        if let Some(v) = self.required_node_affinity.as_ref() {
            struct_ser.serialize_field("requiredNodeAffinity", v)?;
        }
        if !self.tolerations.is_empty() {
            struct_ser.serialize_field("tolerations", &self.tolerations)?;
        }
        if !self.hostnames.is_empty() {
            struct_ser.serialize_field("hostnames", &self.hostnames)?;
        }
        if !self.preferred_node_affinity.is_empty() {
            struct_ser.serialize_field("preferredNodeAffinity", &self.preferred_node_affinity)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for NodeRules {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "node_selector",
            "nodeSelector",
            "required_node_affinity",
            "requiredNodeAffinity",
            "tolerations",
            "hostnames",
            "preferred_node_affinity",
            "preferredNodeAffinity",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            NodeSelector,
            RequiredNodeAffinity,
            Tolerations,
            Hostnames,
            PreferredNodeAffinity,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "nodeSelector" | "node_selector" => Ok(GeneratedField::NodeSelector),
                            "requiredNodeAffinity" | "required_node_affinity" => Ok(GeneratedField::RequiredNodeAffinity),
                            "tolerations" => Ok(GeneratedField::Tolerations),
                            "hostnames" => Ok(GeneratedField::Hostnames),
                            "preferredNodeAffinity" | "preferred_node_affinity" => Ok(GeneratedField::PreferredNodeAffinity),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = NodeRules;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.NodeRules")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<NodeRules, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut node_selector__ = None;
                let mut required_node_affinity__ = None;
                let mut tolerations__ = None;
                let mut hostnames__ = None;
                let mut preferred_node_affinity__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::NodeSelector => {
                            if node_selector__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodeSelector"));
                            }
                            node_selector__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::RequiredNodeAffinity => {
                            if required_node_affinity__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requiredNodeAffinity"));
                            }
                            required_node_affinity__ = map_.next_value()?;
                        }
                        GeneratedField::Tolerations => {
                            if tolerations__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tolerations"));
                            }
                            tolerations__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Hostnames => {
                            if hostnames__.is_some() {
                                return Err(serde::de::Error::duplicate_field("hostnames"));
                            }
                            hostnames__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PreferredNodeAffinity => {
                            if preferred_node_affinity__.is_some() {
                                return Err(serde::de::Error::duplicate_field("preferredNodeAffinity"));
                            }
                            preferred_node_affinity__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(NodeRules {
                    node_selector: node_selector__.unwrap_or_default(),
                    required_node_affinity: required_node_affinity__,
                    tolerations: tolerations__.unwrap_or_default(),
                    hostnames: hostnames__.unwrap_or_default(),
                    preferred_node_affinity: preferred_node_affinity__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.NodeRules", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for NodeScore {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.node.is_empty() {
            len += 1;
        }
        if !self.scores.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.NodeScore", len)?;
        if !self.node.is_empty() {
            struct_ser.serialize_field("node", &self.node)?;
        }
        if !self.scores.is_empty() {
            struct_ser.serialize_field("scores", &self.scores)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for NodeScore {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "node",
            "scores",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Node,
            Scores,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "node" => Ok(GeneratedField::Node),
                            "scores" => Ok(GeneratedField::Scores),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = NodeScore;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.NodeScore")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<NodeScore, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut node__ = None;
                let mut scores__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Node => {
                            if node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("node"));
                            }
                            node__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Scores => {
                            if scores__.is_some() {
                                return Err(serde::de::Error::duplicate_field("scores"));
                            }
                            scores__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(NodeScore {
                    node: node__.unwrap_or_default(),
                    scores: scores__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.NodeScore", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for NodeSelector {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.node_selector_terms.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.NodeSelector", len)?;
        if !self.node_selector_terms.is_empty() {
            struct_ser.serialize_field("nodeSelectorTerms", &self.node_selector_terms)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for NodeSelector {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "node_selector_terms",
            "nodeSelectorTerms",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            NodeSelectorTerms,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "nodeSelectorTerms" | "node_selector_terms" => Ok(GeneratedField::NodeSelectorTerms),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = NodeSelector;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.NodeSelector")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<NodeSelector, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut node_selector_terms__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::NodeSelectorTerms => {
                            if node_selector_terms__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodeSelectorTerms"));
                            }
                            node_selector_terms__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(NodeSelector {
                    node_selector_terms: node_selector_terms__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.NodeSelector", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for NodeSelectorRequirement {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.key.is_empty() {
            len += 1;
        }
        if !self.operator.is_empty() {
            len += 1;
        }
        if !self.values.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.NodeSelectorRequirement", len)?;
        if !self.key.is_empty() {
            struct_ser.serialize_field("key", &self.key)?;
        }
        if !self.operator.is_empty() {
            struct_ser.serialize_field("operator", &self.operator)?;
        }
        if !self.values.is_empty() {
            struct_ser.serialize_field("values", &self.values)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for NodeSelectorRequirement {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "key",
            "operator",
            "values",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Key,
            Operator,
            Values,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "key" => Ok(GeneratedField::Key),
                            "operator" => Ok(GeneratedField::Operator),
                            "values" => Ok(GeneratedField::Values),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = NodeSelectorRequirement;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.NodeSelectorRequirement")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<NodeSelectorRequirement, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut key__ = None;
                let mut operator__ = None;
                let mut values__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Key => {
                            if key__.is_some() {
                                return Err(serde::de::Error::duplicate_field("key"));
                            }
                            key__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Operator => {
                            if operator__.is_some() {
                                return Err(serde::de::Error::duplicate_field("operator"));
                            }
                            operator__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Values => {
                            if values__.is_some() {
                                return Err(serde::de::Error::duplicate_field("values"));
                            }
                            values__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(NodeSelectorRequirement {
                    key: key__.unwrap_or_default(),
                    operator: operator__.unwrap_or_default(),
                    values: values__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.NodeSelectorRequirement", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for NodeSelectorTerm {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.match_expressions.is_empty() {
            len += 1;
        }
        if !self.match_fields.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.NodeSelectorTerm", len)?;
        if !self.match_expressions.is_empty() {
            struct_ser.serialize_field("matchExpressions", &self.match_expressions)?;
        }
        if !self.match_fields.is_empty() {
            struct_ser.serialize_field("matchFields", &self.match_fields)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for NodeSelectorTerm {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "match_expressions",
            "matchExpressions",
            "match_fields",
            "matchFields",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            MatchExpressions,
            MatchFields,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "matchExpressions" | "match_expressions" => Ok(GeneratedField::MatchExpressions),
                            "matchFields" | "match_fields" => Ok(GeneratedField::MatchFields),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = NodeSelectorTerm;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.NodeSelectorTerm")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<NodeSelectorTerm, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut match_expressions__ = None;
                let mut match_fields__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::MatchExpressions => {
                            if match_expressions__.is_some() {
                                return Err(serde::de::Error::duplicate_field("matchExpressions"));
                            }
                            match_expressions__ = Some(map_.next_value()?);
                        }
                        GeneratedField::MatchFields => {
                            if match_fields__.is_some() {
                                return Err(serde::de::Error::duplicate_field("matchFields"));
                            }
                            match_fields__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(NodeSelectorTerm {
                    match_expressions: match_expressions__.unwrap_or_default(),
                    match_fields: match_fields__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.NodeSelectorTerm", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ObservedClaim {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.placement_uid.is_empty() {
            len += 1;
        }
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if !self.bound.is_empty() {
            len += 1;
        }
        if !self.devices.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ObservedClaim", len)?;
        if !self.placement_uid.is_empty() {
            struct_ser.serialize_field("placementUid", &self.placement_uid)?;
        }
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if !self.bound.is_empty() {
            let v: std::collections::HashMap<_, _> = self.bound.iter()
                .map(|(k, v)| (k, v.to_string())).collect();
            struct_ser.serialize_field("bound", &v)?;
        }
        if !self.devices.is_empty() {
            struct_ser.serialize_field("devices", &self.devices)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ObservedClaim {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "placement_uid",
            "placementUid",
            "slot",
            "epoch",
            "bound",
            "devices",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            PlacementUid,
            Slot,
            Epoch,
            Bound,
            Devices,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "placementUid" | "placement_uid" => Ok(GeneratedField::PlacementUid),
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "bound" => Ok(GeneratedField::Bound),
                            "devices" => Ok(GeneratedField::Devices),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ObservedClaim;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ObservedClaim")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ObservedClaim, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut placement_uid__ = None;
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut bound__ = None;
                let mut devices__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::PlacementUid => {
                            if placement_uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placementUid"));
                            }
                            placement_uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Bound => {
                            if bound__.is_some() {
                                return Err(serde::de::Error::duplicate_field("bound"));
                            }
                            bound__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, ::pbjson::private::NumberDeserialize<i64>>>()?
                                    .into_iter().map(|(k,v)| (k, v.0)).collect()
                            );
                        }
                        GeneratedField::Devices => {
                            if devices__.is_some() {
                                return Err(serde::de::Error::duplicate_field("devices"));
                            }
                            devices__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ObservedClaim {
                    placement_uid: placement_uid__.unwrap_or_default(),
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    bound: bound__.unwrap_or_default(),
                    devices: devices__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ObservedClaim", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Orphan {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.cluster.is_empty() {
            len += 1;
        }
        if !self.performer.is_empty() {
            len += 1;
        }
        if !self.placement_uid.is_empty() {
            len += 1;
        }
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if !self.reason.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Orphan", len)?;
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if !self.performer.is_empty() {
            struct_ser.serialize_field("performer", &self.performer)?;
        }
        if !self.placement_uid.is_empty() {
            struct_ser.serialize_field("placementUid", &self.placement_uid)?;
        }
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if !self.reason.is_empty() {
            struct_ser.serialize_field("reason", &self.reason)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Orphan {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "cluster",
            "performer",
            "placement_uid",
            "placementUid",
            "slot",
            "epoch",
            "reason",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Cluster,
            Performer,
            PlacementUid,
            Slot,
            Epoch,
            Reason,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "cluster" => Ok(GeneratedField::Cluster),
                            "performer" => Ok(GeneratedField::Performer),
                            "placementUid" | "placement_uid" => Ok(GeneratedField::PlacementUid),
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "reason" => Ok(GeneratedField::Reason),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Orphan;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Orphan")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Orphan, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut cluster__ = None;
                let mut performer__ = None;
                let mut placement_uid__ = None;
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut reason__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Performer => {
                            if performer__.is_some() {
                                return Err(serde::de::Error::duplicate_field("performer"));
                            }
                            performer__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PlacementUid => {
                            if placement_uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placementUid"));
                            }
                            placement_uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Orphan {
                    cluster: cluster__.unwrap_or_default(),
                    performer: performer__.unwrap_or_default(),
                    placement_uid: placement_uid__.unwrap_or_default(),
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    reason: reason__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Orphan", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PastDecision {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if !self.cluster.is_empty() {
            len += 1;
        }
        if !self.node.is_empty() {
            len += 1;
        }
        if self.snapshot_id != 0 {
            len += 1;
        }
        if self.decide_time.is_some() {
            len += 1;
        }
        if !self.scores.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PastDecision", len)?;
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if !self.node.is_empty() {
            struct_ser.serialize_field("node", &self.node)?;
        }
        if self.snapshot_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("snapshotId", ToString::to_string(&self.snapshot_id).as_str())?;
        }
        if let Some(v) = self.decide_time.as_ref() {
            struct_ser.serialize_field("decideTime", v)?;
        }
        if !self.scores.is_empty() {
            struct_ser.serialize_field("scores", &self.scores)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PastDecision {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "slot",
            "epoch",
            "cluster",
            "node",
            "snapshot_id",
            "snapshotId",
            "decide_time",
            "decideTime",
            "scores",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Slot,
            Epoch,
            Cluster,
            Node,
            SnapshotId,
            DecideTime,
            Scores,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "cluster" => Ok(GeneratedField::Cluster),
                            "node" => Ok(GeneratedField::Node),
                            "snapshotId" | "snapshot_id" => Ok(GeneratedField::SnapshotId),
                            "decideTime" | "decide_time" => Ok(GeneratedField::DecideTime),
                            "scores" => Ok(GeneratedField::Scores),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PastDecision;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PastDecision")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PastDecision, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut cluster__ = None;
                let mut node__ = None;
                let mut snapshot_id__ = None;
                let mut decide_time__ = None;
                let mut scores__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Node => {
                            if node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("node"));
                            }
                            node__ = Some(map_.next_value()?);
                        }
                        GeneratedField::SnapshotId => {
                            if snapshot_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("snapshotId"));
                            }
                            snapshot_id__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::DecideTime => {
                            if decide_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("decideTime"));
                            }
                            decide_time__ = map_.next_value()?;
                        }
                        GeneratedField::Scores => {
                            if scores__.is_some() {
                                return Err(serde::de::Error::duplicate_field("scores"));
                            }
                            scores__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(PastDecision {
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    cluster: cluster__.unwrap_or_default(),
                    node: node__.unwrap_or_default(),
                    snapshot_id: snapshot_id__.unwrap_or_default(),
                    decide_time: decide_time__,
                    scores: scores__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PastDecision", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PerformerConfig {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.grpc_port.is_some() {
            len += 1;
        }
        if !self.environment.is_empty() {
            len += 1;
        }
        if !self.environment_from.is_empty() {
            len += 1;
        }
        if !self.args.is_empty() {
            len += 1;
        }
        if !self.command.is_empty() {
            len += 1;
        }
        if !self.service_account_name.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PerformerConfig", len)?;
        if let Some(v) = self.grpc_port.as_ref() {
            struct_ser.serialize_field("grpcPort", v)?;
        }
        if !self.environment.is_empty() {
            struct_ser.serialize_field("environment", &self.environment)?;
        }
        if !self.environment_from.is_empty() {
            struct_ser.serialize_field("environmentFrom", &self.environment_from)?;
        }
        if !self.args.is_empty() {
            struct_ser.serialize_field("args", &self.args)?;
        }
        if !self.command.is_empty() {
            struct_ser.serialize_field("command", &self.command)?;
        }
        if !self.service_account_name.is_empty() {
            struct_ser.serialize_field("serviceAccountName", &self.service_account_name)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PerformerConfig {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "grpc_port",
            "grpcPort",
            "environment",
            "environment_from",
            "environmentFrom",
            "args",
            "command",
            "service_account_name",
            "serviceAccountName",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            GrpcPort,
            Environment,
            EnvironmentFrom,
            Args,
            Command,
            ServiceAccountName,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "grpcPort" | "grpc_port" => Ok(GeneratedField::GrpcPort),
                            "environment" => Ok(GeneratedField::Environment),
                            "environmentFrom" | "environment_from" => Ok(GeneratedField::EnvironmentFrom),
                            "args" => Ok(GeneratedField::Args),
                            "command" => Ok(GeneratedField::Command),
                            "serviceAccountName" | "service_account_name" => Ok(GeneratedField::ServiceAccountName),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PerformerConfig;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PerformerConfig")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PerformerConfig, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut grpc_port__ = None;
                let mut environment__ = None;
                let mut environment_from__ = None;
                let mut args__ = None;
                let mut command__ = None;
                let mut service_account_name__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::GrpcPort => {
                            if grpc_port__.is_some() {
                                return Err(serde::de::Error::duplicate_field("grpcPort"));
                            }
                            grpc_port__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::Environment => {
                            if environment__.is_some() {
                                return Err(serde::de::Error::duplicate_field("environment"));
                            }
                            environment__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::EnvironmentFrom => {
                            if environment_from__.is_some() {
                                return Err(serde::de::Error::duplicate_field("environmentFrom"));
                            }
                            environment_from__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Args => {
                            if args__.is_some() {
                                return Err(serde::de::Error::duplicate_field("args"));
                            }
                            args__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Command => {
                            if command__.is_some() {
                                return Err(serde::de::Error::duplicate_field("command"));
                            }
                            command__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ServiceAccountName => {
                            if service_account_name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("serviceAccountName"));
                            }
                            service_account_name__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(PerformerConfig {
                    grpc_port: grpc_port__,
                    environment: environment__.unwrap_or_default(),
                    environment_from: environment_from__.unwrap_or_default(),
                    args: args__.unwrap_or_default(),
                    command: command__.unwrap_or_default(),
                    service_account_name: service_account_name__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PerformerConfig", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PerformerNetworkPolicy {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.from.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PerformerNetworkPolicy", len)?;
        if !self.from.is_empty() {
            struct_ser.serialize_field("from", &self.from)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PerformerNetworkPolicy {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "from",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            From,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "from" => Ok(GeneratedField::From),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PerformerNetworkPolicy;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PerformerNetworkPolicy")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PerformerNetworkPolicy, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut from__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::From => {
                            if from__.is_some() {
                                return Err(serde::de::Error::duplicate_field("from"));
                            }
                            from__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(PerformerNetworkPolicy {
                    from: from__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PerformerNetworkPolicy", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PerformerProbes {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.kind.is_empty() {
            len += 1;
        }
        if self.liveness.is_some() {
            len += 1;
        }
        if self.readiness.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PerformerProbes", len)?;
        if !self.kind.is_empty() {
            struct_ser.serialize_field("kind", &self.kind)?;
        }
        if let Some(v) = self.liveness.as_ref() {
            struct_ser.serialize_field("liveness", v)?;
        }
        if let Some(v) = self.readiness.as_ref() {
            struct_ser.serialize_field("readiness", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PerformerProbes {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "kind",
            "liveness",
            "readiness",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Kind,
            Liveness,
            Readiness,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "kind" => Ok(GeneratedField::Kind),
                            "liveness" => Ok(GeneratedField::Liveness),
                            "readiness" => Ok(GeneratedField::Readiness),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PerformerProbes;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PerformerProbes")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PerformerProbes, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut kind__ = None;
                let mut liveness__ = None;
                let mut readiness__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Kind => {
                            if kind__.is_some() {
                                return Err(serde::de::Error::duplicate_field("kind"));
                            }
                            kind__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Liveness => {
                            if liveness__.is_some() {
                                return Err(serde::de::Error::duplicate_field("liveness"));
                            }
                            liveness__ = map_.next_value()?;
                        }
                        GeneratedField::Readiness => {
                            if readiness__.is_some() {
                                return Err(serde::de::Error::duplicate_field("readiness"));
                            }
                            readiness__ = map_.next_value()?;
                        }
                    }
                }
                Ok(PerformerProbes {
                    kind: kind__.unwrap_or_default(),
                    liveness: liveness__,
                    readiness: readiness__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PerformerProbes", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PerformerScheduling {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.node_selector.is_empty() {
            len += 1;
        }
        if !self.tolerations.is_empty() {
            len += 1;
        }
        if self.affinity.is_some() {
            len += 1;
        }
        if !self.runtime_class.is_empty() {
            len += 1;
        }
        if !self.priority_class_name.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PerformerScheduling", len)?;
        if !self.node_selector.is_empty() {
            struct_ser.serialize_field("nodeSelector", &self.node_selector)?;
        }
        if !self.tolerations.is_empty() {
            struct_ser.serialize_field("tolerations", &self.tolerations)?;
        }
        if let Some(v) = self.affinity.as_ref() {
            struct_ser.serialize_field("affinity", v)?;
        }
        if !self.runtime_class.is_empty() {
            struct_ser.serialize_field("runtimeClass", &self.runtime_class)?;
        }
        if !self.priority_class_name.is_empty() {
            struct_ser.serialize_field("priorityClassName", &self.priority_class_name)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PerformerScheduling {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "node_selector",
            "nodeSelector",
            "tolerations",
            "affinity",
            "runtime_class",
            "runtimeClass",
            "priority_class_name",
            "priorityClassName",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            NodeSelector,
            Tolerations,
            Affinity,
            RuntimeClass,
            PriorityClassName,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "nodeSelector" | "node_selector" => Ok(GeneratedField::NodeSelector),
                            "tolerations" => Ok(GeneratedField::Tolerations),
                            "affinity" => Ok(GeneratedField::Affinity),
                            "runtimeClass" | "runtime_class" => Ok(GeneratedField::RuntimeClass),
                            "priorityClassName" | "priority_class_name" => Ok(GeneratedField::PriorityClassName),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PerformerScheduling;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PerformerScheduling")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PerformerScheduling, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut node_selector__ = None;
                let mut tolerations__ = None;
                let mut affinity__ = None;
                let mut runtime_class__ = None;
                let mut priority_class_name__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::NodeSelector => {
                            if node_selector__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodeSelector"));
                            }
                            node_selector__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::Tolerations => {
                            if tolerations__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tolerations"));
                            }
                            tolerations__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Affinity => {
                            if affinity__.is_some() {
                                return Err(serde::de::Error::duplicate_field("affinity"));
                            }
                            affinity__ = map_.next_value()?;
                        }
                        GeneratedField::RuntimeClass => {
                            if runtime_class__.is_some() {
                                return Err(serde::de::Error::duplicate_field("runtimeClass"));
                            }
                            runtime_class__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PriorityClassName => {
                            if priority_class_name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("priorityClassName"));
                            }
                            priority_class_name__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(PerformerScheduling {
                    node_selector: node_selector__.unwrap_or_default(),
                    tolerations: tolerations__.unwrap_or_default(),
                    affinity: affinity__,
                    runtime_class: runtime_class__.unwrap_or_default(),
                    priority_class_name: priority_class_name__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PerformerScheduling", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PerformerSecurityContext {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.pod.is_some() {
            len += 1;
        }
        if self.container.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PerformerSecurityContext", len)?;
        if let Some(v) = self.pod.as_ref() {
            struct_ser.serialize_field("pod", v)?;
        }
        if let Some(v) = self.container.as_ref() {
            struct_ser.serialize_field("container", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PerformerSecurityContext {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "pod",
            "container",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Pod,
            Container,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "pod" => Ok(GeneratedField::Pod),
                            "container" => Ok(GeneratedField::Container),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PerformerSecurityContext;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PerformerSecurityContext")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PerformerSecurityContext, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut pod__ = None;
                let mut container__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Pod => {
                            if pod__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pod"));
                            }
                            pod__ = map_.next_value()?;
                        }
                        GeneratedField::Container => {
                            if container__.is_some() {
                                return Err(serde::de::Error::duplicate_field("container"));
                            }
                            container__ = map_.next_value()?;
                        }
                    }
                }
                Ok(PerformerSecurityContext {
                    pod: pod__,
                    container: container__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PerformerSecurityContext", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PerformerSpec {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.avs_address.is_empty() {
            len += 1;
        }
        if !self.image.is_empty() {
            len += 1;
        }
        if !self.image_pull_policy.is_empty() {
            len += 1;
        }
        if !self.version.is_empty() {
            len += 1;
        }
        if !self.image_pull_secrets.is_empty() {
            len += 1;
        }
        if self.resources.is_some() {
            len += 1;
        }
        if self.config.is_some() {
            len += 1;
        }
        if self.scheduling.is_some() {
            len += 1;
        }
        if self.hardware_requirements.is_some() {
            len += 1;
        }
        if self.security_context.is_some() {
            len += 1;
        }
        if self.probes.is_some() {
            len += 1;
        }
        if self.network_policy.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PerformerSpec", len)?;
        if !self.avs_address.is_empty() {
            struct_ser.serialize_field("avsAddress", &self.avs_address)?;
        }
        if !self.image.is_empty() {
            struct_ser.serialize_field("image", &self.image)?;
        }
        if !self.image_pull_policy.is_empty() {
            struct_ser.serialize_field("imagePullPolicy", &self.image_pull_policy)?;
        }
        if !self.version.is_empty() {
            struct_ser.serialize_field("version", &self.version)?;
        }
        if !self.image_pull_secrets.is_empty() {
            struct_ser.serialize_field("imagePullSecrets", &self.image_pull_secrets)?;
        }
        if let Some(v) = self.resources.as_ref() {
            struct_ser.serialize_field("resources", v)?;
        }
        if let Some(v) = self.config.as_ref() {
            struct_ser.serialize_field("config", v)?;
        }
        if let Some(v) = self.scheduling.as_ref() {
            struct_ser.serialize_field("scheduling", v)?;
        }
        if let Some(v) = self.hardware_requirements.as_ref() {
            struct_ser.serialize_field("hardwareRequirements", v)?;
        }
        if let Some(v) = self.security_context.as_ref() {
            struct_ser.serialize_field("securityContext", v)?;
        }
        if let Some(v) = self.probes.as_ref() {
            struct_ser.serialize_field("probes", v)?;
        }
        if let Some(v) = self.network_policy.as_ref() {
            struct_ser.serialize_field("networkPolicy", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PerformerSpec {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "avs_address",
            "avsAddress",
            "image",
            "image_pull_policy",
            "imagePullPolicy",
            "version",
            "image_pull_secrets",
            "imagePullSecrets",
            "resources",
            "config",
            "scheduling",
            "hardware_requirements",
            "hardwareRequirements",
            "security_context",
            "securityContext",
            "probes",
            "network_policy",
            "networkPolicy",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            AvsAddress,
            Image,
            ImagePullPolicy,
            Version,
            ImagePullSecrets,
            Resources,
            Config,
            Scheduling,
            HardwareRequirements,
            SecurityContext,
            Probes,
            NetworkPolicy,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "avsAddress" | "avs_address" => Ok(GeneratedField::AvsAddress),
                            "image" => Ok(GeneratedField::Image),
                            "imagePullPolicy" | "image_pull_policy" => Ok(GeneratedField::ImagePullPolicy),
                            "version" => Ok(GeneratedField::Version),
                            "imagePullSecrets" | "image_pull_secrets" => Ok(GeneratedField::ImagePullSecrets),
                            "resources" => Ok(GeneratedField::Resources),
                            "config" => Ok(GeneratedField::Config),
                            "scheduling" => Ok(GeneratedField::Scheduling),
                            "hardwareRequirements" | "hardware_requirements" => Ok(GeneratedField::HardwareRequirements),
                            "securityContext" | "security_context" => Ok(GeneratedField::SecurityContext),
                            "probes" => Ok(GeneratedField::Probes),
                            "networkPolicy" | "network_policy" => Ok(GeneratedField::NetworkPolicy),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PerformerSpec;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PerformerSpec")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PerformerSpec, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut avs_address__ = None;
                let mut image__ = None;
                let mut image_pull_policy__ = None;
                let mut version__ = None;
                let mut image_pull_secrets__ = None;
                let mut resources__ = None;
                let mut config__ = None;
                let mut scheduling__ = None;
                let mut hardware_requirements__ = None;
                let mut security_context__ = None;
                let mut probes__ = None;
                let mut network_policy__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::AvsAddress => {
                            if avs_address__.is_some() {
                                return Err(serde::de::Error::duplicate_field("avsAddress"));
                            }
                            avs_address__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Image => {
                            if image__.is_some() {
                                return Err(serde::de::Error::duplicate_field("image"));
                            }
                            image__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ImagePullPolicy => {
                            if image_pull_policy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("imagePullPolicy"));
                            }
                            image_pull_policy__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Version => {
                            if version__.is_some() {
                                return Err(serde::de::Error::duplicate_field("version"));
                            }
                            version__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ImagePullSecrets => {
                            if image_pull_secrets__.is_some() {
                                return Err(serde::de::Error::duplicate_field("imagePullSecrets"));
                            }
                            image_pull_secrets__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Resources => {
                            if resources__.is_some() {
                                return Err(serde::de::Error::duplicate_field("resources"));
                            }
                            resources__ = map_.next_value()?;
                        }
                        GeneratedField::Config => {
                            if config__.is_some() {
                                return Err(serde::de::Error::duplicate_field("config"));
                            }
                            config__ = map_.next_value()?;
                        }
                        GeneratedField::Scheduling => {
                            if scheduling__.is_some() {
                                return Err(serde::de::Error::duplicate_field("scheduling"));
                            }
                            scheduling__ = map_.next_value()?;
                        }
                        GeneratedField::HardwareRequirements => {
                            if hardware_requirements__.is_some() {
                                return Err(serde::de::Error::duplicate_field("hardwareRequirements"));
                            }
                            hardware_requirements__ = map_.next_value()?;
                        }
                        GeneratedField::SecurityContext => {
                            if security_context__.is_some() {
                                return Err(serde::de::Error::duplicate_field("securityContext"));
                            }
                            security_context__ = map_.next_value()?;
                        }
                        GeneratedField::Probes => {
                            if probes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("probes"));
                            }
                            probes__ = map_.next_value()?;
                        }
                        GeneratedField::NetworkPolicy => {
                            if network_policy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("networkPolicy"));
                            }
                            network_policy__ = map_.next_value()?;
                        }
                    }
                }
                Ok(PerformerSpec {
                    avs_address: avs_address__.unwrap_or_default(),
                    image: image__.unwrap_or_default(),
                    image_pull_policy: image_pull_policy__.unwrap_or_default(),
                    version: version__.unwrap_or_default(),
                    image_pull_secrets: image_pull_secrets__.unwrap_or_default(),
                    resources: resources__,
                    config: config__,
                    scheduling: scheduling__,
                    hardware_requirements: hardware_requirements__,
                    security_context: security_context__,
                    probes: probes__,
                    network_policy: network_policy__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PerformerSpec", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Placement {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.uid.is_empty() {
            len += 1;
        }
        if !self.etag.is_empty() {
            len += 1;
        }
        if self.create_time.is_some() {
            len += 1;
        }
        if self.update_time.is_some() {
            len += 1;
        }
        if !self.labels.is_empty() {
            len += 1;
        }
        if !self.annotations.is_empty() {
            len += 1;
        }
        if self.spec.is_some() {
            len += 1;
        }
        if self.state != 0 {
            len += 1;
        }
        if !self.conditions.is_empty() {
            len += 1;
        }
        if !self.assignments.is_empty() {
            len += 1;
        }
        if self.explanation.is_some() {
            len += 1;
        }
        if !self.traceparent.is_empty() {
            len += 1;
        }
        if self.generation != 0 {
            len += 1;
        }
        if self.observed_generation != 0 {
            len += 1;
        }
        if self.delete_time.is_some() {
            len += 1;
        }
        if !self.events.is_empty() {
            len += 1;
        }
        if !self.victims.is_empty() {
            len += 1;
        }
        if self.queue_position.is_some() {
            len += 1;
        }
        if self.update_plan.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Placement", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.uid.is_empty() {
            struct_ser.serialize_field("uid", &self.uid)?;
        }
        if !self.etag.is_empty() {
            struct_ser.serialize_field("etag", &self.etag)?;
        }
        if let Some(v) = self.create_time.as_ref() {
            struct_ser.serialize_field("createTime", v)?;
        }
        if let Some(v) = self.update_time.as_ref() {
            struct_ser.serialize_field("updateTime", v)?;
        }
        if !self.labels.is_empty() {
            struct_ser.serialize_field("labels", &self.labels)?;
        }
        if !self.annotations.is_empty() {
            struct_ser.serialize_field("annotations", &self.annotations)?;
        }
        if let Some(v) = self.spec.as_ref() {
            struct_ser.serialize_field("spec", v)?;
        }
        if self.state != 0 {
            let v = placement::State::try_from(self.state)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.state)))?;
            struct_ser.serialize_field("state", &v)?;
        }
        if !self.conditions.is_empty() {
            struct_ser.serialize_field("conditions", &self.conditions)?;
        }
        if !self.assignments.is_empty() {
            struct_ser.serialize_field("assignments", &self.assignments)?;
        }
        if let Some(v) = self.explanation.as_ref() {
            struct_ser.serialize_field("explanation", v)?;
        }
        if !self.traceparent.is_empty() {
            struct_ser.serialize_field("traceparent", &self.traceparent)?;
        }
        if self.generation != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("generation", ToString::to_string(&self.generation).as_str())?;
        }
        if self.observed_generation != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("observedGeneration", ToString::to_string(&self.observed_generation).as_str())?;
        }
        if let Some(v) = self.delete_time.as_ref() {
            struct_ser.serialize_field("deleteTime", v)?;
        }
        if !self.events.is_empty() {
            struct_ser.serialize_field("events", &self.events)?;
        }
        if !self.victims.is_empty() {
            struct_ser.serialize_field("victims", &self.victims)?;
        }
        if let Some(v) = self.queue_position.as_ref() {
            struct_ser.serialize_field("queuePosition", v)?;
        }
        if let Some(v) = self.update_plan.as_ref() {
            struct_ser.serialize_field("updatePlan", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Placement {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "uid",
            "etag",
            "create_time",
            "createTime",
            "update_time",
            "updateTime",
            "labels",
            "annotations",
            "spec",
            "state",
            "conditions",
            "assignments",
            "explanation",
            "traceparent",
            "generation",
            "observed_generation",
            "observedGeneration",
            "delete_time",
            "deleteTime",
            "events",
            "victims",
            "queue_position",
            "queuePosition",
            "update_plan",
            "updatePlan",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Uid,
            Etag,
            CreateTime,
            UpdateTime,
            Labels,
            Annotations,
            Spec,
            State,
            Conditions,
            Assignments,
            Explanation,
            Traceparent,
            Generation,
            ObservedGeneration,
            DeleteTime,
            Events,
            Victims,
            QueuePosition,
            UpdatePlan,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "uid" => Ok(GeneratedField::Uid),
                            "etag" => Ok(GeneratedField::Etag),
                            "createTime" | "create_time" => Ok(GeneratedField::CreateTime),
                            "updateTime" | "update_time" => Ok(GeneratedField::UpdateTime),
                            "labels" => Ok(GeneratedField::Labels),
                            "annotations" => Ok(GeneratedField::Annotations),
                            "spec" => Ok(GeneratedField::Spec),
                            "state" => Ok(GeneratedField::State),
                            "conditions" => Ok(GeneratedField::Conditions),
                            "assignments" => Ok(GeneratedField::Assignments),
                            "explanation" => Ok(GeneratedField::Explanation),
                            "traceparent" => Ok(GeneratedField::Traceparent),
                            "generation" => Ok(GeneratedField::Generation),
                            "observedGeneration" | "observed_generation" => Ok(GeneratedField::ObservedGeneration),
                            "deleteTime" | "delete_time" => Ok(GeneratedField::DeleteTime),
                            "events" => Ok(GeneratedField::Events),
                            "victims" => Ok(GeneratedField::Victims),
                            "queuePosition" | "queue_position" => Ok(GeneratedField::QueuePosition),
                            "updatePlan" | "update_plan" => Ok(GeneratedField::UpdatePlan),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Placement;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Placement")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Placement, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut uid__ = None;
                let mut etag__ = None;
                let mut create_time__ = None;
                let mut update_time__ = None;
                let mut labels__ = None;
                let mut annotations__ = None;
                let mut spec__ = None;
                let mut state__ = None;
                let mut conditions__ = None;
                let mut assignments__ = None;
                let mut explanation__ = None;
                let mut traceparent__ = None;
                let mut generation__ = None;
                let mut observed_generation__ = None;
                let mut delete_time__ = None;
                let mut events__ = None;
                let mut victims__ = None;
                let mut queue_position__ = None;
                let mut update_plan__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Uid => {
                            if uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("uid"));
                            }
                            uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Etag => {
                            if etag__.is_some() {
                                return Err(serde::de::Error::duplicate_field("etag"));
                            }
                            etag__ = Some(map_.next_value()?);
                        }
                        GeneratedField::CreateTime => {
                            if create_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("createTime"));
                            }
                            create_time__ = map_.next_value()?;
                        }
                        GeneratedField::UpdateTime => {
                            if update_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("updateTime"));
                            }
                            update_time__ = map_.next_value()?;
                        }
                        GeneratedField::Labels => {
                            if labels__.is_some() {
                                return Err(serde::de::Error::duplicate_field("labels"));
                            }
                            labels__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::Annotations => {
                            if annotations__.is_some() {
                                return Err(serde::de::Error::duplicate_field("annotations"));
                            }
                            annotations__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::Spec => {
                            if spec__.is_some() {
                                return Err(serde::de::Error::duplicate_field("spec"));
                            }
                            spec__ = map_.next_value()?;
                        }
                        GeneratedField::State => {
                            if state__.is_some() {
                                return Err(serde::de::Error::duplicate_field("state"));
                            }
                            state__ = Some(map_.next_value::<placement::State>()? as i32);
                        }
                        GeneratedField::Conditions => {
                            if conditions__.is_some() {
                                return Err(serde::de::Error::duplicate_field("conditions"));
                            }
                            conditions__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Assignments => {
                            if assignments__.is_some() {
                                return Err(serde::de::Error::duplicate_field("assignments"));
                            }
                            assignments__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Explanation => {
                            if explanation__.is_some() {
                                return Err(serde::de::Error::duplicate_field("explanation"));
                            }
                            explanation__ = map_.next_value()?;
                        }
                        GeneratedField::Traceparent => {
                            if traceparent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("traceparent"));
                            }
                            traceparent__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Generation => {
                            if generation__.is_some() {
                                return Err(serde::de::Error::duplicate_field("generation"));
                            }
                            generation__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::ObservedGeneration => {
                            if observed_generation__.is_some() {
                                return Err(serde::de::Error::duplicate_field("observedGeneration"));
                            }
                            observed_generation__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::DeleteTime => {
                            if delete_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("deleteTime"));
                            }
                            delete_time__ = map_.next_value()?;
                        }
                        GeneratedField::Events => {
                            if events__.is_some() {
                                return Err(serde::de::Error::duplicate_field("events"));
                            }
                            events__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Victims => {
                            if victims__.is_some() {
                                return Err(serde::de::Error::duplicate_field("victims"));
                            }
                            victims__ = Some(map_.next_value()?);
                        }
                        GeneratedField::QueuePosition => {
                            if queue_position__.is_some() {
                                return Err(serde::de::Error::duplicate_field("queuePosition"));
                            }
                            queue_position__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::UpdatePlan => {
                            if update_plan__.is_some() {
                                return Err(serde::de::Error::duplicate_field("updatePlan"));
                            }
                            update_plan__ = map_.next_value()?;
                        }
                    }
                }
                Ok(Placement {
                    name: name__.unwrap_or_default(),
                    uid: uid__.unwrap_or_default(),
                    etag: etag__.unwrap_or_default(),
                    create_time: create_time__,
                    update_time: update_time__,
                    labels: labels__.unwrap_or_default(),
                    annotations: annotations__.unwrap_or_default(),
                    spec: spec__,
                    state: state__.unwrap_or_default(),
                    conditions: conditions__.unwrap_or_default(),
                    assignments: assignments__.unwrap_or_default(),
                    explanation: explanation__,
                    traceparent: traceparent__.unwrap_or_default(),
                    generation: generation__.unwrap_or_default(),
                    observed_generation: observed_generation__.unwrap_or_default(),
                    delete_time: delete_time__,
                    events: events__.unwrap_or_default(),
                    victims: victims__.unwrap_or_default(),
                    queue_position: queue_position__,
                    update_plan: update_plan__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Placement", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for placement::State {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "STATE_UNSPECIFIED",
            Self::Pending => "PENDING",
            Self::Assigned => "ASSIGNED",
            Self::Applied => "APPLIED",
            Self::Ready => "READY",
            Self::Degraded => "DEGRADED",
            Self::Failed => "FAILED",
            Self::Deleting => "DELETING",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for placement::State {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "STATE_UNSPECIFIED",
            "PENDING",
            "ASSIGNED",
            "APPLIED",
            "READY",
            "DEGRADED",
            "FAILED",
            "DELETING",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = placement::State;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "STATE_UNSPECIFIED" => Ok(placement::State::Unspecified),
                    "PENDING" => Ok(placement::State::Pending),
                    "ASSIGNED" => Ok(placement::State::Assigned),
                    "APPLIED" => Ok(placement::State::Applied),
                    "READY" => Ok(placement::State::Ready),
                    "DEGRADED" => Ok(placement::State::Degraded),
                    "FAILED" => Ok(placement::State::Failed),
                    "DELETING" => Ok(placement::State::Deleting),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for PlacementEvent {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.time.is_some() {
            len += 1;
        }
        if !self.reason.is_empty() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if !self.trace_id.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PlacementEvent", len)?;
        if let Some(v) = self.time.as_ref() {
            struct_ser.serialize_field("time", v)?;
        }
        if !self.reason.is_empty() {
            struct_ser.serialize_field("reason", &self.reason)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if !self.trace_id.is_empty() {
            struct_ser.serialize_field("traceId", &self.trace_id)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PlacementEvent {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "time",
            "reason",
            "message",
            "trace_id",
            "traceId",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Time,
            Reason,
            Message,
            TraceId,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "time" => Ok(GeneratedField::Time),
                            "reason" => Ok(GeneratedField::Reason),
                            "message" => Ok(GeneratedField::Message),
                            "traceId" | "trace_id" => Ok(GeneratedField::TraceId),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PlacementEvent;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PlacementEvent")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PlacementEvent, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut time__ = None;
                let mut reason__ = None;
                let mut message__ = None;
                let mut trace_id__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Time => {
                            if time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("time"));
                            }
                            time__ = map_.next_value()?;
                        }
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value()?);
                        }
                        GeneratedField::TraceId => {
                            if trace_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("traceId"));
                            }
                            trace_id__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(PlacementEvent {
                    time: time__,
                    reason: reason__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    trace_id: trace_id__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PlacementEvent", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PlacementRevision {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.revision != 0 {
            len += 1;
        }
        if self.spec.is_some() {
            len += 1;
        }
        if self.create_time.is_some() {
            len += 1;
        }
        if self.current {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PlacementRevision", len)?;
        if self.revision != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("revision", ToString::to_string(&self.revision).as_str())?;
        }
        if let Some(v) = self.spec.as_ref() {
            struct_ser.serialize_field("spec", v)?;
        }
        if let Some(v) = self.create_time.as_ref() {
            struct_ser.serialize_field("createTime", v)?;
        }
        if self.current {
            struct_ser.serialize_field("current", &self.current)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PlacementRevision {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "revision",
            "spec",
            "create_time",
            "createTime",
            "current",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Revision,
            Spec,
            CreateTime,
            Current,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "revision" => Ok(GeneratedField::Revision),
                            "spec" => Ok(GeneratedField::Spec),
                            "createTime" | "create_time" => Ok(GeneratedField::CreateTime),
                            "current" => Ok(GeneratedField::Current),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PlacementRevision;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PlacementRevision")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PlacementRevision, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut revision__ = None;
                let mut spec__ = None;
                let mut create_time__ = None;
                let mut current__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Revision => {
                            if revision__.is_some() {
                                return Err(serde::de::Error::duplicate_field("revision"));
                            }
                            revision__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Spec => {
                            if spec__.is_some() {
                                return Err(serde::de::Error::duplicate_field("spec"));
                            }
                            spec__ = map_.next_value()?;
                        }
                        GeneratedField::CreateTime => {
                            if create_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("createTime"));
                            }
                            create_time__ = map_.next_value()?;
                        }
                        GeneratedField::Current => {
                            if current__.is_some() {
                                return Err(serde::de::Error::duplicate_field("current"));
                            }
                            current__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(PlacementRevision {
                    revision: revision__.unwrap_or_default(),
                    spec: spec__,
                    create_time: create_time__,
                    current: current__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PlacementRevision", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PlacementSpec {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.performer.is_some() {
            len += 1;
        }
        if self.compute.is_some() {
            len += 1;
        }
        if self.node_rules.is_some() {
            len += 1;
        }
        if self.cluster_rules.is_some() {
            len += 1;
        }
        if self.replicas.is_some() {
            len += 1;
        }
        if self.gang {
            len += 1;
        }
        if !self.namespace.is_empty() {
            len += 1;
        }
        if !self.spread.is_empty() {
            len += 1;
        }
        if !self.affinity.is_empty() {
            len += 1;
        }
        if !self.anti_affinity.is_empty() {
            len += 1;
        }
        if !self.cluster_preferences.is_empty() {
            len += 1;
        }
        if self.priority.is_some() {
            len += 1;
        }
        if self.preemption != 0 {
            len += 1;
        }
        if self.strategy != 0 {
            len += 1;
        }
        if self.pin != 0 {
            len += 1;
        }
        if self.failover.is_some() {
            len += 1;
        }
        if self.update.is_some() {
            len += 1;
        }
        if self.disruption.is_some() {
            len += 1;
        }
        if self.start_deadline.is_some() {
            len += 1;
        }
        if self.queue_timeout.is_some() {
            len += 1;
        }
        if self.expire_time.is_some() {
            len += 1;
        }
        if !self.cluster_overrides.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PlacementSpec", len)?;
        if let Some(v) = self.performer.as_ref() {
            struct_ser.serialize_field("performer", v)?;
        }
        if let Some(v) = self.compute.as_ref() {
            struct_ser.serialize_field("compute", v)?;
        }
        if let Some(v) = self.node_rules.as_ref() {
            struct_ser.serialize_field("nodeRules", v)?;
        }
        if let Some(v) = self.cluster_rules.as_ref() {
            struct_ser.serialize_field("clusterRules", v)?;
        }
        if let Some(v) = self.replicas.as_ref() {
            struct_ser.serialize_field("replicas", v)?;
        }
        if self.gang {
            struct_ser.serialize_field("gang", &self.gang)?;
        }
        if !self.namespace.is_empty() {
            struct_ser.serialize_field("namespace", &self.namespace)?;
        }
        if !self.spread.is_empty() {
            struct_ser.serialize_field("spread", &self.spread)?;
        }
        if !self.affinity.is_empty() {
            struct_ser.serialize_field("affinity", &self.affinity)?;
        }
        if !self.anti_affinity.is_empty() {
            struct_ser.serialize_field("antiAffinity", &self.anti_affinity)?;
        }
        if !self.cluster_preferences.is_empty() {
            struct_ser.serialize_field("clusterPreferences", &self.cluster_preferences)?;
        }
        if let Some(v) = self.priority.as_ref() {
            struct_ser.serialize_field("priority", v)?;
        }
        if self.preemption != 0 {
            let v = placement_spec::Preemption::try_from(self.preemption)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.preemption)))?;
            struct_ser.serialize_field("preemption", &v)?;
        }
        if self.strategy != 0 {
            let v = placement_spec::Strategy::try_from(self.strategy)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.strategy)))?;
            struct_ser.serialize_field("strategy", &v)?;
        }
        if self.pin != 0 {
            let v = placement_spec::Pin::try_from(self.pin)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.pin)))?;
            struct_ser.serialize_field("pin", &v)?;
        }
        if let Some(v) = self.failover.as_ref() {
            struct_ser.serialize_field("failover", v)?;
        }
        if let Some(v) = self.update.as_ref() {
            struct_ser.serialize_field("update", v)?;
        }
        if let Some(v) = self.disruption.as_ref() {
            struct_ser.serialize_field("disruption", v)?;
        }
        if let Some(v) = self.start_deadline.as_ref() {
            struct_ser.serialize_field("startDeadline", v)?;
        }
        if let Some(v) = self.queue_timeout.as_ref() {
            struct_ser.serialize_field("queueTimeout", v)?;
        }
        if let Some(v) = self.expire_time.as_ref() {
            struct_ser.serialize_field("expireTime", v)?;
        }
        if !self.cluster_overrides.is_empty() {
            struct_ser.serialize_field("clusterOverrides", &self.cluster_overrides)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PlacementSpec {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "performer",
            "compute",
            "node_rules",
            "nodeRules",
            "cluster_rules",
            "clusterRules",
            "replicas",
            "gang",
            "namespace",
            "spread",
            "affinity",
            "anti_affinity",
            "antiAffinity",
            "cluster_preferences",
            "clusterPreferences",
            "priority",
            "preemption",
            "strategy",
            "pin",
            "failover",
            "update",
            "disruption",
            "start_deadline",
            "startDeadline",
            "queue_timeout",
            "queueTimeout",
            "expire_time",
            "expireTime",
            "cluster_overrides",
            "clusterOverrides",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Performer,
            Compute,
            NodeRules,
            ClusterRules,
            Replicas,
            Gang,
            Namespace,
            Spread,
            Affinity,
            AntiAffinity,
            ClusterPreferences,
            Priority,
            Preemption,
            Strategy,
            Pin,
            Failover,
            Update,
            Disruption,
            StartDeadline,
            QueueTimeout,
            ExpireTime,
            ClusterOverrides,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "performer" => Ok(GeneratedField::Performer),
                            "compute" => Ok(GeneratedField::Compute),
                            "nodeRules" | "node_rules" => Ok(GeneratedField::NodeRules),
                            "clusterRules" | "cluster_rules" => Ok(GeneratedField::ClusterRules),
                            "replicas" => Ok(GeneratedField::Replicas),
                            "gang" => Ok(GeneratedField::Gang),
                            "namespace" => Ok(GeneratedField::Namespace),
                            "spread" => Ok(GeneratedField::Spread),
                            "affinity" => Ok(GeneratedField::Affinity),
                            "antiAffinity" | "anti_affinity" => Ok(GeneratedField::AntiAffinity),
                            "clusterPreferences" | "cluster_preferences" => Ok(GeneratedField::ClusterPreferences),
                            "priority" => Ok(GeneratedField::Priority),
                            "preemption" => Ok(GeneratedField::Preemption),
                            "strategy" => Ok(GeneratedField::Strategy),
                            "pin" => Ok(GeneratedField::Pin),
                            "failover" => Ok(GeneratedField::Failover),
                            "update" => Ok(GeneratedField::Update),
                            "disruption" => Ok(GeneratedField::Disruption),
                            "startDeadline" | "start_deadline" => Ok(GeneratedField::StartDeadline),
                            "queueTimeout" | "queue_timeout" => Ok(GeneratedField::QueueTimeout),
                            "expireTime" | "expire_time" => Ok(GeneratedField::ExpireTime),
                            "clusterOverrides" | "cluster_overrides" => Ok(GeneratedField::ClusterOverrides),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PlacementSpec;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PlacementSpec")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PlacementSpec, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut performer__ = None;
                let mut compute__ = None;
                let mut node_rules__ = None;
                let mut cluster_rules__ = None;
                let mut replicas__ = None;
                let mut gang__ = None;
                let mut namespace__ = None;
                let mut spread__ = None;
                let mut affinity__ = None;
                let mut anti_affinity__ = None;
                let mut cluster_preferences__ = None;
                let mut priority__ = None;
                let mut preemption__ = None;
                let mut strategy__ = None;
                let mut pin__ = None;
                let mut failover__ = None;
                let mut update__ = None;
                let mut disruption__ = None;
                let mut start_deadline__ = None;
                let mut queue_timeout__ = None;
                let mut expire_time__ = None;
                let mut cluster_overrides__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Performer => {
                            if performer__.is_some() {
                                return Err(serde::de::Error::duplicate_field("performer"));
                            }
                            performer__ = map_.next_value()?;
                        }
                        GeneratedField::Compute => {
                            if compute__.is_some() {
                                return Err(serde::de::Error::duplicate_field("compute"));
                            }
                            compute__ = map_.next_value()?;
                        }
                        GeneratedField::NodeRules => {
                            if node_rules__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodeRules"));
                            }
                            node_rules__ = map_.next_value()?;
                        }
                        GeneratedField::ClusterRules => {
                            if cluster_rules__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clusterRules"));
                            }
                            cluster_rules__ = map_.next_value()?;
                        }
                        GeneratedField::Replicas => {
                            if replicas__.is_some() {
                                return Err(serde::de::Error::duplicate_field("replicas"));
                            }
                            replicas__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::Gang => {
                            if gang__.is_some() {
                                return Err(serde::de::Error::duplicate_field("gang"));
                            }
                            gang__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Namespace => {
                            if namespace__.is_some() {
                                return Err(serde::de::Error::duplicate_field("namespace"));
                            }
                            namespace__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Spread => {
                            if spread__.is_some() {
                                return Err(serde::de::Error::duplicate_field("spread"));
                            }
                            spread__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Affinity => {
                            if affinity__.is_some() {
                                return Err(serde::de::Error::duplicate_field("affinity"));
                            }
                            affinity__ = Some(map_.next_value()?);
                        }
                        GeneratedField::AntiAffinity => {
                            if anti_affinity__.is_some() {
                                return Err(serde::de::Error::duplicate_field("antiAffinity"));
                            }
                            anti_affinity__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ClusterPreferences => {
                            if cluster_preferences__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clusterPreferences"));
                            }
                            cluster_preferences__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Priority => {
                            if priority__.is_some() {
                                return Err(serde::de::Error::duplicate_field("priority"));
                            }
                            priority__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::Preemption => {
                            if preemption__.is_some() {
                                return Err(serde::de::Error::duplicate_field("preemption"));
                            }
                            preemption__ = Some(map_.next_value::<placement_spec::Preemption>()? as i32);
                        }
                        GeneratedField::Strategy => {
                            if strategy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("strategy"));
                            }
                            strategy__ = Some(map_.next_value::<placement_spec::Strategy>()? as i32);
                        }
                        GeneratedField::Pin => {
                            if pin__.is_some() {
                                return Err(serde::de::Error::duplicate_field("pin"));
                            }
                            pin__ = Some(map_.next_value::<placement_spec::Pin>()? as i32);
                        }
                        GeneratedField::Failover => {
                            if failover__.is_some() {
                                return Err(serde::de::Error::duplicate_field("failover"));
                            }
                            failover__ = map_.next_value()?;
                        }
                        GeneratedField::Update => {
                            if update__.is_some() {
                                return Err(serde::de::Error::duplicate_field("update"));
                            }
                            update__ = map_.next_value()?;
                        }
                        GeneratedField::Disruption => {
                            if disruption__.is_some() {
                                return Err(serde::de::Error::duplicate_field("disruption"));
                            }
                            disruption__ = map_.next_value()?;
                        }
                        GeneratedField::StartDeadline => {
                            if start_deadline__.is_some() {
                                return Err(serde::de::Error::duplicate_field("startDeadline"));
                            }
                            start_deadline__ = map_.next_value()?;
                        }
                        GeneratedField::QueueTimeout => {
                            if queue_timeout__.is_some() {
                                return Err(serde::de::Error::duplicate_field("queueTimeout"));
                            }
                            queue_timeout__ = map_.next_value()?;
                        }
                        GeneratedField::ExpireTime => {
                            if expire_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("expireTime"));
                            }
                            expire_time__ = map_.next_value()?;
                        }
                        GeneratedField::ClusterOverrides => {
                            if cluster_overrides__.is_some() {
                                return Err(serde::de::Error::duplicate_field("clusterOverrides"));
                            }
                            cluster_overrides__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(PlacementSpec {
                    performer: performer__,
                    compute: compute__,
                    node_rules: node_rules__,
                    cluster_rules: cluster_rules__,
                    replicas: replicas__,
                    gang: gang__.unwrap_or_default(),
                    namespace: namespace__.unwrap_or_default(),
                    spread: spread__.unwrap_or_default(),
                    affinity: affinity__.unwrap_or_default(),
                    anti_affinity: anti_affinity__.unwrap_or_default(),
                    cluster_preferences: cluster_preferences__.unwrap_or_default(),
                    priority: priority__,
                    preemption: preemption__.unwrap_or_default(),
                    strategy: strategy__.unwrap_or_default(),
                    pin: pin__.unwrap_or_default(),
                    failover: failover__,
                    update: update__,
                    disruption: disruption__,
                    start_deadline: start_deadline__,
                    queue_timeout: queue_timeout__,
                    expire_time: expire_time__,
                    cluster_overrides: cluster_overrides__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PlacementSpec", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for placement_spec::Pin {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "PIN_UNSPECIFIED",
            Self::Node => "NODE",
            Self::Cluster => "CLUSTER",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for placement_spec::Pin {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "PIN_UNSPECIFIED",
            "NODE",
            "CLUSTER",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = placement_spec::Pin;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "PIN_UNSPECIFIED" => Ok(placement_spec::Pin::Unspecified),
                    "NODE" => Ok(placement_spec::Pin::Node),
                    "CLUSTER" => Ok(placement_spec::Pin::Cluster),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for placement_spec::Preemption {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "PREEMPTION_UNSPECIFIED",
            Self::LowerPriority => "LOWER_PRIORITY",
            Self::Never => "NEVER",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for placement_spec::Preemption {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "PREEMPTION_UNSPECIFIED",
            "LOWER_PRIORITY",
            "NEVER",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = placement_spec::Preemption;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "PREEMPTION_UNSPECIFIED" => Ok(placement_spec::Preemption::Unspecified),
                    "LOWER_PRIORITY" => Ok(placement_spec::Preemption::LowerPriority),
                    "NEVER" => Ok(placement_spec::Preemption::Never),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for placement_spec::Strategy {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "STRATEGY_UNSPECIFIED",
            Self::Pack => "PACK",
            Self::Spread => "SPREAD",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for placement_spec::Strategy {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "STRATEGY_UNSPECIFIED",
            "PACK",
            "SPREAD",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = placement_spec::Strategy;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "STRATEGY_UNSPECIFIED" => Ok(placement_spec::Strategy::Unspecified),
                    "PACK" => Ok(placement_spec::Strategy::Pack),
                    "SPREAD" => Ok(placement_spec::Strategy::Spread),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for PlacementTerm {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.selector.is_some() {
            len += 1;
        }
        if self.topology != 0 {
            len += 1;
        }
        if self.weight.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PlacementTerm", len)?;
        if let Some(v) = self.selector.as_ref() {
            struct_ser.serialize_field("selector", v)?;
        }
        if self.topology != 0 {
            let v = spread_constraint::Topology::try_from(self.topology)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.topology)))?;
            struct_ser.serialize_field("topology", &v)?;
        }
        if let Some(v) = self.weight.as_ref() {
            struct_ser.serialize_field("weight", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PlacementTerm {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "selector",
            "topology",
            "weight",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Selector,
            Topology,
            Weight,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "selector" => Ok(GeneratedField::Selector),
                            "topology" => Ok(GeneratedField::Topology),
                            "weight" => Ok(GeneratedField::Weight),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PlacementTerm;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PlacementTerm")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PlacementTerm, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut selector__ = None;
                let mut topology__ = None;
                let mut weight__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Selector => {
                            if selector__.is_some() {
                                return Err(serde::de::Error::duplicate_field("selector"));
                            }
                            selector__ = map_.next_value()?;
                        }
                        GeneratedField::Topology => {
                            if topology__.is_some() {
                                return Err(serde::de::Error::duplicate_field("topology"));
                            }
                            topology__ = Some(map_.next_value::<spread_constraint::Topology>()? as i32);
                        }
                        GeneratedField::Weight => {
                            if weight__.is_some() {
                                return Err(serde::de::Error::duplicate_field("weight"));
                            }
                            weight__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                    }
                }
                Ok(PlacementTerm {
                    selector: selector__,
                    topology: topology__.unwrap_or_default(),
                    weight: weight__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PlacementTerm", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PlacementView {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "PLACEMENT_VIEW_UNSPECIFIED",
            Self::Basic => "BASIC",
            Self::Full => "FULL",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for PlacementView {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "PLACEMENT_VIEW_UNSPECIFIED",
            "BASIC",
            "FULL",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = PlacementView;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "PLACEMENT_VIEW_UNSPECIFIED" => Ok(PlacementView::Unspecified),
                    "BASIC" => Ok(PlacementView::Basic),
                    "FULL" => Ok(PlacementView::Full),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for PodAffinity {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.required_during_scheduling_ignored_during_execution.is_empty() {
            len += 1;
        }
        if !self.preferred_during_scheduling_ignored_during_execution.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PodAffinity", len)?;
        if !self.required_during_scheduling_ignored_during_execution.is_empty() {
            struct_ser.serialize_field("requiredDuringSchedulingIgnoredDuringExecution", &self.required_during_scheduling_ignored_during_execution)?;
        }
        if !self.preferred_during_scheduling_ignored_during_execution.is_empty() {
            struct_ser.serialize_field("preferredDuringSchedulingIgnoredDuringExecution", &self.preferred_during_scheduling_ignored_during_execution)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PodAffinity {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "required_during_scheduling_ignored_during_execution",
            "requiredDuringSchedulingIgnoredDuringExecution",
            "preferred_during_scheduling_ignored_during_execution",
            "preferredDuringSchedulingIgnoredDuringExecution",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            RequiredDuringSchedulingIgnoredDuringExecution,
            PreferredDuringSchedulingIgnoredDuringExecution,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "requiredDuringSchedulingIgnoredDuringExecution" | "required_during_scheduling_ignored_during_execution" => Ok(GeneratedField::RequiredDuringSchedulingIgnoredDuringExecution),
                            "preferredDuringSchedulingIgnoredDuringExecution" | "preferred_during_scheduling_ignored_during_execution" => Ok(GeneratedField::PreferredDuringSchedulingIgnoredDuringExecution),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PodAffinity;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PodAffinity")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PodAffinity, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut required_during_scheduling_ignored_during_execution__ = None;
                let mut preferred_during_scheduling_ignored_during_execution__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::RequiredDuringSchedulingIgnoredDuringExecution => {
                            if required_during_scheduling_ignored_during_execution__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requiredDuringSchedulingIgnoredDuringExecution"));
                            }
                            required_during_scheduling_ignored_during_execution__ = Some(map_.next_value()?);
                        }
                        GeneratedField::PreferredDuringSchedulingIgnoredDuringExecution => {
                            if preferred_during_scheduling_ignored_during_execution__.is_some() {
                                return Err(serde::de::Error::duplicate_field("preferredDuringSchedulingIgnoredDuringExecution"));
                            }
                            preferred_during_scheduling_ignored_during_execution__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(PodAffinity {
                    required_during_scheduling_ignored_during_execution: required_during_scheduling_ignored_during_execution__.unwrap_or_default(),
                    preferred_during_scheduling_ignored_during_execution: preferred_during_scheduling_ignored_during_execution__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PodAffinity", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PodAffinityTerm {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.label_selector.is_some() {
            len += 1;
        }
        if !self.namespaces.is_empty() {
            len += 1;
        }
        if !self.topology_key.is_empty() {
            len += 1;
        }
        if self.namespace_selector.is_some() {
            len += 1;
        }
        if !self.match_label_keys.is_empty() {
            len += 1;
        }
        if !self.mismatch_label_keys.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PodAffinityTerm", len)?;
        if let Some(v) = self.label_selector.as_ref() {
            struct_ser.serialize_field("labelSelector", v)?;
        }
        if !self.namespaces.is_empty() {
            struct_ser.serialize_field("namespaces", &self.namespaces)?;
        }
        if !self.topology_key.is_empty() {
            struct_ser.serialize_field("topologyKey", &self.topology_key)?;
        }
        if let Some(v) = self.namespace_selector.as_ref() {
            struct_ser.serialize_field("namespaceSelector", v)?;
        }
        if !self.match_label_keys.is_empty() {
            struct_ser.serialize_field("matchLabelKeys", &self.match_label_keys)?;
        }
        if !self.mismatch_label_keys.is_empty() {
            struct_ser.serialize_field("mismatchLabelKeys", &self.mismatch_label_keys)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PodAffinityTerm {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "label_selector",
            "labelSelector",
            "namespaces",
            "topology_key",
            "topologyKey",
            "namespace_selector",
            "namespaceSelector",
            "match_label_keys",
            "matchLabelKeys",
            "mismatch_label_keys",
            "mismatchLabelKeys",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            LabelSelector,
            Namespaces,
            TopologyKey,
            NamespaceSelector,
            MatchLabelKeys,
            MismatchLabelKeys,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "labelSelector" | "label_selector" => Ok(GeneratedField::LabelSelector),
                            "namespaces" => Ok(GeneratedField::Namespaces),
                            "topologyKey" | "topology_key" => Ok(GeneratedField::TopologyKey),
                            "namespaceSelector" | "namespace_selector" => Ok(GeneratedField::NamespaceSelector),
                            "matchLabelKeys" | "match_label_keys" => Ok(GeneratedField::MatchLabelKeys),
                            "mismatchLabelKeys" | "mismatch_label_keys" => Ok(GeneratedField::MismatchLabelKeys),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PodAffinityTerm;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PodAffinityTerm")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PodAffinityTerm, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut label_selector__ = None;
                let mut namespaces__ = None;
                let mut topology_key__ = None;
                let mut namespace_selector__ = None;
                let mut match_label_keys__ = None;
                let mut mismatch_label_keys__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::LabelSelector => {
                            if label_selector__.is_some() {
                                return Err(serde::de::Error::duplicate_field("labelSelector"));
                            }
                            label_selector__ = map_.next_value()?;
                        }
                        GeneratedField::Namespaces => {
                            if namespaces__.is_some() {
                                return Err(serde::de::Error::duplicate_field("namespaces"));
                            }
                            namespaces__ = Some(map_.next_value()?);
                        }
                        GeneratedField::TopologyKey => {
                            if topology_key__.is_some() {
                                return Err(serde::de::Error::duplicate_field("topologyKey"));
                            }
                            topology_key__ = Some(map_.next_value()?);
                        }
                        GeneratedField::NamespaceSelector => {
                            if namespace_selector__.is_some() {
                                return Err(serde::de::Error::duplicate_field("namespaceSelector"));
                            }
                            namespace_selector__ = map_.next_value()?;
                        }
                        GeneratedField::MatchLabelKeys => {
                            if match_label_keys__.is_some() {
                                return Err(serde::de::Error::duplicate_field("matchLabelKeys"));
                            }
                            match_label_keys__ = Some(map_.next_value()?);
                        }
                        GeneratedField::MismatchLabelKeys => {
                            if mismatch_label_keys__.is_some() {
                                return Err(serde::de::Error::duplicate_field("mismatchLabelKeys"));
                            }
                            mismatch_label_keys__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(PodAffinityTerm {
                    label_selector: label_selector__,
                    namespaces: namespaces__.unwrap_or_default(),
                    topology_key: topology_key__.unwrap_or_default(),
                    namespace_selector: namespace_selector__,
                    match_label_keys: match_label_keys__.unwrap_or_default(),
                    mismatch_label_keys: mismatch_label_keys__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PodAffinityTerm", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for PreferredSchedulingTerm {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.weight != 0 {
            len += 1;
        }
        if self.preference.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.PreferredSchedulingTerm", len)?;
        if self.weight != 0 {
            struct_ser.serialize_field("weight", &self.weight)?;
        }
        if let Some(v) = self.preference.as_ref() {
            struct_ser.serialize_field("preference", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for PreferredSchedulingTerm {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "weight",
            "preference",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Weight,
            Preference,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "weight" => Ok(GeneratedField::Weight),
                            "preference" => Ok(GeneratedField::Preference),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = PreferredSchedulingTerm;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.PreferredSchedulingTerm")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<PreferredSchedulingTerm, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut weight__ = None;
                let mut preference__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Weight => {
                            if weight__.is_some() {
                                return Err(serde::de::Error::duplicate_field("weight"));
                            }
                            weight__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Preference => {
                            if preference__.is_some() {
                                return Err(serde::de::Error::duplicate_field("preference"));
                            }
                            preference__ = map_.next_value()?;
                        }
                    }
                }
                Ok(PreferredSchedulingTerm {
                    weight: weight__.unwrap_or_default(),
                    preference: preference__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.PreferredSchedulingTerm", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ProbeTimes {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.initial_delay_seconds.is_some() {
            len += 1;
        }
        if self.period_seconds.is_some() {
            len += 1;
        }
        if self.timeout_seconds.is_some() {
            len += 1;
        }
        if self.failure_threshold.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ProbeTimes", len)?;
        if let Some(v) = self.initial_delay_seconds.as_ref() {
            struct_ser.serialize_field("initialDelaySeconds", v)?;
        }
        if let Some(v) = self.period_seconds.as_ref() {
            struct_ser.serialize_field("periodSeconds", v)?;
        }
        if let Some(v) = self.timeout_seconds.as_ref() {
            struct_ser.serialize_field("timeoutSeconds", v)?;
        }
        if let Some(v) = self.failure_threshold.as_ref() {
            struct_ser.serialize_field("failureThreshold", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ProbeTimes {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "initial_delay_seconds",
            "initialDelaySeconds",
            "period_seconds",
            "periodSeconds",
            "timeout_seconds",
            "timeoutSeconds",
            "failure_threshold",
            "failureThreshold",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            InitialDelaySeconds,
            PeriodSeconds,
            TimeoutSeconds,
            FailureThreshold,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "initialDelaySeconds" | "initial_delay_seconds" => Ok(GeneratedField::InitialDelaySeconds),
                            "periodSeconds" | "period_seconds" => Ok(GeneratedField::PeriodSeconds),
                            "timeoutSeconds" | "timeout_seconds" => Ok(GeneratedField::TimeoutSeconds),
                            "failureThreshold" | "failure_threshold" => Ok(GeneratedField::FailureThreshold),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ProbeTimes;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ProbeTimes")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ProbeTimes, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut initial_delay_seconds__ = None;
                let mut period_seconds__ = None;
                let mut timeout_seconds__ = None;
                let mut failure_threshold__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::InitialDelaySeconds => {
                            if initial_delay_seconds__.is_some() {
                                return Err(serde::de::Error::duplicate_field("initialDelaySeconds"));
                            }
                            initial_delay_seconds__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::PeriodSeconds => {
                            if period_seconds__.is_some() {
                                return Err(serde::de::Error::duplicate_field("periodSeconds"));
                            }
                            period_seconds__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::TimeoutSeconds => {
                            if timeout_seconds__.is_some() {
                                return Err(serde::de::Error::duplicate_field("timeoutSeconds"));
                            }
                            timeout_seconds__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::FailureThreshold => {
                            if failure_threshold__.is_some() {
                                return Err(serde::de::Error::duplicate_field("failureThreshold"));
                            }
                            failure_threshold__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                    }
                }
                Ok(ProbeTimes {
                    initial_delay_seconds: initial_delay_seconds__,
                    period_seconds: period_seconds__,
                    timeout_seconds: timeout_seconds__,
                    failure_threshold: failure_threshold__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ProbeTimes", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for QuotaHeadroom {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.headroom.is_empty() {
            len += 1;
        }
        if !self.limits_headroom.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.QuotaHeadroom", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.headroom.is_empty() {
            let v: std::collections::HashMap<_, _> = self.headroom.iter()
                .map(|(k, v)| (k, v.to_string())).collect();
            struct_ser.serialize_field("headroom", &v)?;
        }
        if !self.limits_headroom.is_empty() {
            let v: std::collections::HashMap<_, _> = self.limits_headroom.iter()
                .map(|(k, v)| (k, v.to_string())).collect();
            struct_ser.serialize_field("limitsHeadroom", &v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for QuotaHeadroom {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "headroom",
            "limits_headroom",
            "limitsHeadroom",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Headroom,
            LimitsHeadroom,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "headroom" => Ok(GeneratedField::Headroom),
                            "limitsHeadroom" | "limits_headroom" => Ok(GeneratedField::LimitsHeadroom),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = QuotaHeadroom;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.QuotaHeadroom")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<QuotaHeadroom, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut headroom__ = None;
                let mut limits_headroom__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Headroom => {
                            if headroom__.is_some() {
                                return Err(serde::de::Error::duplicate_field("headroom"));
                            }
                            headroom__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, ::pbjson::private::NumberDeserialize<i64>>>()?
                                    .into_iter().map(|(k,v)| (k, v.0)).collect()
                            );
                        }
                        GeneratedField::LimitsHeadroom => {
                            if limits_headroom__.is_some() {
                                return Err(serde::de::Error::duplicate_field("limitsHeadroom"));
                            }
                            limits_headroom__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, ::pbjson::private::NumberDeserialize<i64>>>()?
                                    .into_iter().map(|(k,v)| (k, v.0)).collect()
                            );
                        }
                    }
                }
                Ok(QuotaHeadroom {
                    name: name__.unwrap_or_default(),
                    headroom: headroom__.unwrap_or_default(),
                    limits_headroom: limits_headroom__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.QuotaHeadroom", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for RejectionSample {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.node.is_empty() {
            len += 1;
        }
        if !self.shortfall.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.RejectionSample", len)?;
        if !self.node.is_empty() {
            struct_ser.serialize_field("node", &self.node)?;
        }
        if !self.shortfall.is_empty() {
            struct_ser.serialize_field("shortfall", &self.shortfall)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for RejectionSample {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "node",
            "shortfall",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Node,
            Shortfall,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "node" => Ok(GeneratedField::Node),
                            "shortfall" => Ok(GeneratedField::Shortfall),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = RejectionSample;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.RejectionSample")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<RejectionSample, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut node__ = None;
                let mut shortfall__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Node => {
                            if node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("node"));
                            }
                            node__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Shortfall => {
                            if shortfall__.is_some() {
                                return Err(serde::de::Error::duplicate_field("shortfall"));
                            }
                            shortfall__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(RejectionSample {
                    node: node__.unwrap_or_default(),
                    shortfall: shortfall__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.RejectionSample", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Remove {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.header.is_some() {
            len += 1;
        }
        if !self.performer.is_empty() {
            len += 1;
        }
        if self.exact {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Remove", len)?;
        if let Some(v) = self.header.as_ref() {
            struct_ser.serialize_field("header", v)?;
        }
        if !self.performer.is_empty() {
            struct_ser.serialize_field("performer", &self.performer)?;
        }
        if self.exact {
            struct_ser.serialize_field("exact", &self.exact)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Remove {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "header",
            "performer",
            "exact",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Header,
            Performer,
            Exact,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "header" => Ok(GeneratedField::Header),
                            "performer" => Ok(GeneratedField::Performer),
                            "exact" => Ok(GeneratedField::Exact),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Remove;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Remove")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Remove, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut header__ = None;
                let mut performer__ = None;
                let mut exact__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Header => {
                            if header__.is_some() {
                                return Err(serde::de::Error::duplicate_field("header"));
                            }
                            header__ = map_.next_value()?;
                        }
                        GeneratedField::Performer => {
                            if performer__.is_some() {
                                return Err(serde::de::Error::duplicate_field("performer"));
                            }
                            performer__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Exact => {
                            if exact__.is_some() {
                                return Err(serde::de::Error::duplicate_field("exact"));
                            }
                            exact__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Remove {
                    header: header__,
                    performer: performer__.unwrap_or_default(),
                    exact: exact__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Remove", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for RenewCertificateRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.csr_pem.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.RenewCertificateRequest", len)?;
        if !self.csr_pem.is_empty() {
            struct_ser.serialize_field("csrPem", &self.csr_pem)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for RenewCertificateRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "csr_pem",
            "csrPem",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CsrPem,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "csrPem" | "csr_pem" => Ok(GeneratedField::CsrPem),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = RenewCertificateRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.RenewCertificateRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<RenewCertificateRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut csr_pem__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CsrPem => {
                            if csr_pem__.is_some() {
                                return Err(serde::de::Error::duplicate_field("csrPem"));
                            }
                            csr_pem__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(RenewCertificateRequest {
                    csr_pem: csr_pem__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.RenewCertificateRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for RenewCertificateResponse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.certificate_chain_pem.is_empty() {
            len += 1;
        }
        if !self.ca_pem.is_empty() {
            len += 1;
        }
        if self.renew_after.is_some() {
            len += 1;
        }
        if self.expire_time.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.RenewCertificateResponse", len)?;
        if !self.certificate_chain_pem.is_empty() {
            struct_ser.serialize_field("certificateChainPem", &self.certificate_chain_pem)?;
        }
        if !self.ca_pem.is_empty() {
            struct_ser.serialize_field("caPem", &self.ca_pem)?;
        }
        if let Some(v) = self.renew_after.as_ref() {
            struct_ser.serialize_field("renewAfter", v)?;
        }
        if let Some(v) = self.expire_time.as_ref() {
            struct_ser.serialize_field("expireTime", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for RenewCertificateResponse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "certificate_chain_pem",
            "certificateChainPem",
            "ca_pem",
            "caPem",
            "renew_after",
            "renewAfter",
            "expire_time",
            "expireTime",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CertificateChainPem,
            CaPem,
            RenewAfter,
            ExpireTime,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "certificateChainPem" | "certificate_chain_pem" => Ok(GeneratedField::CertificateChainPem),
                            "caPem" | "ca_pem" => Ok(GeneratedField::CaPem),
                            "renewAfter" | "renew_after" => Ok(GeneratedField::RenewAfter),
                            "expireTime" | "expire_time" => Ok(GeneratedField::ExpireTime),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = RenewCertificateResponse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.RenewCertificateResponse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<RenewCertificateResponse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut certificate_chain_pem__ = None;
                let mut ca_pem__ = None;
                let mut renew_after__ = None;
                let mut expire_time__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CertificateChainPem => {
                            if certificate_chain_pem__.is_some() {
                                return Err(serde::de::Error::duplicate_field("certificateChainPem"));
                            }
                            certificate_chain_pem__ = Some(map_.next_value()?);
                        }
                        GeneratedField::CaPem => {
                            if ca_pem__.is_some() {
                                return Err(serde::de::Error::duplicate_field("caPem"));
                            }
                            ca_pem__ = Some(map_.next_value()?);
                        }
                        GeneratedField::RenewAfter => {
                            if renew_after__.is_some() {
                                return Err(serde::de::Error::duplicate_field("renewAfter"));
                            }
                            renew_after__ = map_.next_value()?;
                        }
                        GeneratedField::ExpireTime => {
                            if expire_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("expireTime"));
                            }
                            expire_time__ = map_.next_value()?;
                        }
                    }
                }
                Ok(RenewCertificateResponse {
                    certificate_chain_pem: certificate_chain_pem__.unwrap_or_default(),
                    ca_pem: ca_pem__.unwrap_or_default(),
                    renew_after: renew_after__,
                    expire_time: expire_time__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.RenewCertificateResponse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ReplicaMove {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.slot != 0 {
            len += 1;
        }
        if !self.from_cluster.is_empty() {
            len += 1;
        }
        if !self.from_node.is_empty() {
            len += 1;
        }
        if !self.to_cluster.is_empty() {
            len += 1;
        }
        if !self.to_node.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ReplicaMove", len)?;
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if !self.from_cluster.is_empty() {
            struct_ser.serialize_field("fromCluster", &self.from_cluster)?;
        }
        if !self.from_node.is_empty() {
            struct_ser.serialize_field("fromNode", &self.from_node)?;
        }
        if !self.to_cluster.is_empty() {
            struct_ser.serialize_field("toCluster", &self.to_cluster)?;
        }
        if !self.to_node.is_empty() {
            struct_ser.serialize_field("toNode", &self.to_node)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ReplicaMove {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "slot",
            "from_cluster",
            "fromCluster",
            "from_node",
            "fromNode",
            "to_cluster",
            "toCluster",
            "to_node",
            "toNode",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Slot,
            FromCluster,
            FromNode,
            ToCluster,
            ToNode,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "slot" => Ok(GeneratedField::Slot),
                            "fromCluster" | "from_cluster" => Ok(GeneratedField::FromCluster),
                            "fromNode" | "from_node" => Ok(GeneratedField::FromNode),
                            "toCluster" | "to_cluster" => Ok(GeneratedField::ToCluster),
                            "toNode" | "to_node" => Ok(GeneratedField::ToNode),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ReplicaMove;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ReplicaMove")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ReplicaMove, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut slot__ = None;
                let mut from_cluster__ = None;
                let mut from_node__ = None;
                let mut to_cluster__ = None;
                let mut to_node__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::FromCluster => {
                            if from_cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("fromCluster"));
                            }
                            from_cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::FromNode => {
                            if from_node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("fromNode"));
                            }
                            from_node__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ToCluster => {
                            if to_cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("toCluster"));
                            }
                            to_cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ToNode => {
                            if to_node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("toNode"));
                            }
                            to_node__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(ReplicaMove {
                    slot: slot__.unwrap_or_default(),
                    from_cluster: from_cluster__.unwrap_or_default(),
                    from_node: from_node__.unwrap_or_default(),
                    to_cluster: to_cluster__.unwrap_or_default(),
                    to_node: to_node__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ReplicaMove", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Report {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.placement_uid.is_empty() {
            len += 1;
        }
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if self.phase != 0 {
            len += 1;
        }
        if self.ready {
            len += 1;
        }
        if !self.node.is_empty() {
            len += 1;
        }
        if !self.endpoint.is_empty() {
            len += 1;
        }
        if !self.reason.is_empty() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if self.observe_time.is_some() {
            len += 1;
        }
        if self.rejected {
            len += 1;
        }
        if self.gate != 0 {
            len += 1;
        }
        if !self.disruption.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Report", len)?;
        if !self.placement_uid.is_empty() {
            struct_ser.serialize_field("placementUid", &self.placement_uid)?;
        }
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if self.phase != 0 {
            let v = assignment::Phase::try_from(self.phase)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.phase)))?;
            struct_ser.serialize_field("phase", &v)?;
        }
        if self.ready {
            struct_ser.serialize_field("ready", &self.ready)?;
        }
        if !self.node.is_empty() {
            struct_ser.serialize_field("node", &self.node)?;
        }
        if !self.endpoint.is_empty() {
            struct_ser.serialize_field("endpoint", &self.endpoint)?;
        }
        if !self.reason.is_empty() {
            struct_ser.serialize_field("reason", &self.reason)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if let Some(v) = self.observe_time.as_ref() {
            struct_ser.serialize_field("observeTime", v)?;
        }
        if self.rejected {
            struct_ser.serialize_field("rejected", &self.rejected)?;
        }
        if self.gate != 0 {
            let v = report::Gate::try_from(self.gate)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.gate)))?;
            struct_ser.serialize_field("gate", &v)?;
        }
        if !self.disruption.is_empty() {
            struct_ser.serialize_field("disruption", &self.disruption)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Report {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "placement_uid",
            "placementUid",
            "slot",
            "epoch",
            "phase",
            "ready",
            "node",
            "endpoint",
            "reason",
            "message",
            "observe_time",
            "observeTime",
            "rejected",
            "gate",
            "disruption",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            PlacementUid,
            Slot,
            Epoch,
            Phase,
            Ready,
            Node,
            Endpoint,
            Reason,
            Message,
            ObserveTime,
            Rejected,
            Gate,
            Disruption,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "placementUid" | "placement_uid" => Ok(GeneratedField::PlacementUid),
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "phase" => Ok(GeneratedField::Phase),
                            "ready" => Ok(GeneratedField::Ready),
                            "node" => Ok(GeneratedField::Node),
                            "endpoint" => Ok(GeneratedField::Endpoint),
                            "reason" => Ok(GeneratedField::Reason),
                            "message" => Ok(GeneratedField::Message),
                            "observeTime" | "observe_time" => Ok(GeneratedField::ObserveTime),
                            "rejected" => Ok(GeneratedField::Rejected),
                            "gate" => Ok(GeneratedField::Gate),
                            "disruption" => Ok(GeneratedField::Disruption),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Report;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Report")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Report, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut placement_uid__ = None;
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut phase__ = None;
                let mut ready__ = None;
                let mut node__ = None;
                let mut endpoint__ = None;
                let mut reason__ = None;
                let mut message__ = None;
                let mut observe_time__ = None;
                let mut rejected__ = None;
                let mut gate__ = None;
                let mut disruption__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::PlacementUid => {
                            if placement_uid__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placementUid"));
                            }
                            placement_uid__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Phase => {
                            if phase__.is_some() {
                                return Err(serde::de::Error::duplicate_field("phase"));
                            }
                            phase__ = Some(map_.next_value::<assignment::Phase>()? as i32);
                        }
                        GeneratedField::Ready => {
                            if ready__.is_some() {
                                return Err(serde::de::Error::duplicate_field("ready"));
                            }
                            ready__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Node => {
                            if node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("node"));
                            }
                            node__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Endpoint => {
                            if endpoint__.is_some() {
                                return Err(serde::de::Error::duplicate_field("endpoint"));
                            }
                            endpoint__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ObserveTime => {
                            if observe_time__.is_some() {
                                return Err(serde::de::Error::duplicate_field("observeTime"));
                            }
                            observe_time__ = map_.next_value()?;
                        }
                        GeneratedField::Rejected => {
                            if rejected__.is_some() {
                                return Err(serde::de::Error::duplicate_field("rejected"));
                            }
                            rejected__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Gate => {
                            if gate__.is_some() {
                                return Err(serde::de::Error::duplicate_field("gate"));
                            }
                            gate__ = Some(map_.next_value::<report::Gate>()? as i32);
                        }
                        GeneratedField::Disruption => {
                            if disruption__.is_some() {
                                return Err(serde::de::Error::duplicate_field("disruption"));
                            }
                            disruption__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Report {
                    placement_uid: placement_uid__.unwrap_or_default(),
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    phase: phase__.unwrap_or_default(),
                    ready: ready__.unwrap_or_default(),
                    node: node__.unwrap_or_default(),
                    endpoint: endpoint__.unwrap_or_default(),
                    reason: reason__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    observe_time: observe_time__,
                    rejected: rejected__.unwrap_or_default(),
                    gate: gate__.unwrap_or_default(),
                    disruption: disruption__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Report", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for report::Gate {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "GATE_UNSPECIFIED",
            Self::Creating => "CREATING",
            Self::Admitted => "ADMITTED",
            Self::Denied => "DENIED",
            Self::Lifted => "LIFTED",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for report::Gate {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "GATE_UNSPECIFIED",
            "CREATING",
            "ADMITTED",
            "DENIED",
            "LIFTED",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = report::Gate;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "GATE_UNSPECIFIED" => Ok(report::Gate::Unspecified),
                    "CREATING" => Ok(report::Gate::Creating),
                    "ADMITTED" => Ok(report::Gate::Admitted),
                    "DENIED" => Ok(report::Gate::Denied),
                    "LIFTED" => Ok(report::Gate::Lifted),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for ResourceRequirements {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.limits.is_empty() {
            len += 1;
        }
        if !self.requests.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ResourceRequirements", len)?;
        if !self.limits.is_empty() {
            struct_ser.serialize_field("limits", &self.limits)?;
        }
        if !self.requests.is_empty() {
            struct_ser.serialize_field("requests", &self.requests)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ResourceRequirements {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "limits",
            "requests",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Limits,
            Requests,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "limits" => Ok(GeneratedField::Limits),
                            "requests" => Ok(GeneratedField::Requests),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ResourceRequirements;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ResourceRequirements")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ResourceRequirements, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut limits__ = None;
                let mut requests__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Limits => {
                            if limits__.is_some() {
                                return Err(serde::de::Error::duplicate_field("limits"));
                            }
                            limits__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::Requests => {
                            if requests__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requests"));
                            }
                            requests__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                    }
                }
                Ok(ResourceRequirements {
                    limits: limits__.unwrap_or_default(),
                    requests: requests__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ResourceRequirements", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ResourceTotal {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.resource.is_empty() {
            len += 1;
        }
        if self.allocatable != 0 {
            len += 1;
        }
        if self.free != 0 {
            len += 1;
        }
        if self.largest_free_on_a_node != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ResourceTotal", len)?;
        if !self.resource.is_empty() {
            struct_ser.serialize_field("resource", &self.resource)?;
        }
        if self.allocatable != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("allocatable", ToString::to_string(&self.allocatable).as_str())?;
        }
        if self.free != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("free", ToString::to_string(&self.free).as_str())?;
        }
        if self.largest_free_on_a_node != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("largestFreeOnANode", ToString::to_string(&self.largest_free_on_a_node).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ResourceTotal {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "resource",
            "allocatable",
            "free",
            "largest_free_on_a_node",
            "largestFreeOnANode",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Resource,
            Allocatable,
            Free,
            LargestFreeOnANode,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "resource" => Ok(GeneratedField::Resource),
                            "allocatable" => Ok(GeneratedField::Allocatable),
                            "free" => Ok(GeneratedField::Free),
                            "largestFreeOnANode" | "largest_free_on_a_node" => Ok(GeneratedField::LargestFreeOnANode),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ResourceTotal;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ResourceTotal")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ResourceTotal, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut resource__ = None;
                let mut allocatable__ = None;
                let mut free__ = None;
                let mut largest_free_on_a_node__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Resource => {
                            if resource__.is_some() {
                                return Err(serde::de::Error::duplicate_field("resource"));
                            }
                            resource__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Allocatable => {
                            if allocatable__.is_some() {
                                return Err(serde::de::Error::duplicate_field("allocatable"));
                            }
                            allocatable__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Free => {
                            if free__.is_some() {
                                return Err(serde::de::Error::duplicate_field("free"));
                            }
                            free__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::LargestFreeOnANode => {
                            if largest_free_on_a_node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("largestFreeOnANode"));
                            }
                            largest_free_on_a_node__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(ResourceTotal {
                    resource: resource__.unwrap_or_default(),
                    allocatable: allocatable__.unwrap_or_default(),
                    free: free__.unwrap_or_default(),
                    largest_free_on_a_node: largest_free_on_a_node__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ResourceTotal", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Resync {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.inventory {
            len += 1;
        }
        if self.reports {
            len += 1;
        }
        if !self.reason.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Resync", len)?;
        if self.inventory {
            struct_ser.serialize_field("inventory", &self.inventory)?;
        }
        if self.reports {
            struct_ser.serialize_field("reports", &self.reports)?;
        }
        if !self.reason.is_empty() {
            struct_ser.serialize_field("reason", &self.reason)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Resync {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "inventory",
            "reports",
            "reason",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Inventory,
            Reports,
            Reason,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "inventory" => Ok(GeneratedField::Inventory),
                            "reports" => Ok(GeneratedField::Reports),
                            "reason" => Ok(GeneratedField::Reason),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Resync;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Resync")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Resync, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut inventory__ = None;
                let mut reports__ = None;
                let mut reason__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Inventory => {
                            if inventory__.is_some() {
                                return Err(serde::de::Error::duplicate_field("inventory"));
                            }
                            inventory__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Reports => {
                            if reports__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reports"));
                            }
                            reports__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Resync {
                    inventory: inventory__.unwrap_or_default(),
                    reports: reports__.unwrap_or_default(),
                    reason: reason__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Resync", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for RevokeJoinTokenRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.request_id.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.RevokeJoinTokenRequest", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for RevokeJoinTokenRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "request_id",
            "requestId",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            RequestId,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = RevokeJoinTokenRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.RevokeJoinTokenRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<RevokeJoinTokenRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut request_id__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(RevokeJoinTokenRequest {
                    name: name__.unwrap_or_default(),
                    request_id: request_id__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.RevokeJoinTokenRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for RollbackPlacementRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if self.revision != 0 {
            len += 1;
        }
        if !self.etag.is_empty() {
            len += 1;
        }
        if !self.request_id.is_empty() {
            len += 1;
        }
        if self.validate_only {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.RollbackPlacementRequest", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if self.revision != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("revision", ToString::to_string(&self.revision).as_str())?;
        }
        if !self.etag.is_empty() {
            struct_ser.serialize_field("etag", &self.etag)?;
        }
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        if self.validate_only {
            struct_ser.serialize_field("validateOnly", &self.validate_only)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for RollbackPlacementRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "revision",
            "etag",
            "request_id",
            "requestId",
            "validate_only",
            "validateOnly",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Revision,
            Etag,
            RequestId,
            ValidateOnly,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "revision" => Ok(GeneratedField::Revision),
                            "etag" => Ok(GeneratedField::Etag),
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            "validateOnly" | "validate_only" => Ok(GeneratedField::ValidateOnly),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = RollbackPlacementRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.RollbackPlacementRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<RollbackPlacementRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut revision__ = None;
                let mut etag__ = None;
                let mut request_id__ = None;
                let mut validate_only__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Revision => {
                            if revision__.is_some() {
                                return Err(serde::de::Error::duplicate_field("revision"));
                            }
                            revision__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Etag => {
                            if etag__.is_some() {
                                return Err(serde::de::Error::duplicate_field("etag"));
                            }
                            etag__ = Some(map_.next_value()?);
                        }
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ValidateOnly => {
                            if validate_only__.is_some() {
                                return Err(serde::de::Error::duplicate_field("validateOnly"));
                            }
                            validate_only__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(RollbackPlacementRequest {
                    name: name__.unwrap_or_default(),
                    revision: revision__.unwrap_or_default(),
                    etag: etag__.unwrap_or_default(),
                    request_id: request_id__.unwrap_or_default(),
                    validate_only: validate_only__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.RollbackPlacementRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for RuleRejection {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.rule.is_empty() {
            len += 1;
        }
        if self.nodes != 0 {
            len += 1;
        }
        if !self.samples.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.RuleRejection", len)?;
        if !self.rule.is_empty() {
            struct_ser.serialize_field("rule", &self.rule)?;
        }
        if self.nodes != 0 {
            struct_ser.serialize_field("nodes", &self.nodes)?;
        }
        if !self.samples.is_empty() {
            struct_ser.serialize_field("samples", &self.samples)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for RuleRejection {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "rule",
            "nodes",
            "samples",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Rule,
            Nodes,
            Samples,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "rule" => Ok(GeneratedField::Rule),
                            "nodes" => Ok(GeneratedField::Nodes),
                            "samples" => Ok(GeneratedField::Samples),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = RuleRejection;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.RuleRejection")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<RuleRejection, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut rule__ = None;
                let mut nodes__ = None;
                let mut samples__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Rule => {
                            if rule__.is_some() {
                                return Err(serde::de::Error::duplicate_field("rule"));
                            }
                            rule__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Nodes => {
                            if nodes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodes"));
                            }
                            nodes__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Samples => {
                            if samples__.is_some() {
                                return Err(serde::de::Error::duplicate_field("samples"));
                            }
                            samples__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(RuleRejection {
                    rule: rule__.unwrap_or_default(),
                    nodes: nodes__.unwrap_or_default(),
                    samples: samples__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.RuleRejection", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for RunningPerformers {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.performers.is_empty() {
            len += 1;
        }
        if self.complete {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.RunningPerformers", len)?;
        if !self.performers.is_empty() {
            struct_ser.serialize_field("performers", &self.performers)?;
        }
        if self.complete {
            struct_ser.serialize_field("complete", &self.complete)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for RunningPerformers {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "performers",
            "complete",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Performers,
            Complete,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "performers" => Ok(GeneratedField::Performers),
                            "complete" => Ok(GeneratedField::Complete),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = RunningPerformers;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.RunningPerformers")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<RunningPerformers, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut performers__ = None;
                let mut complete__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Performers => {
                            if performers__.is_some() {
                                return Err(serde::de::Error::duplicate_field("performers"));
                            }
                            performers__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Complete => {
                            if complete__.is_some() {
                                return Err(serde::de::Error::duplicate_field("complete"));
                            }
                            complete__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(RunningPerformers {
                    performers: performers__.unwrap_or_default(),
                    complete: complete__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.RunningPerformers", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for RuntimeClassInfo {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.overhead.is_empty() {
            len += 1;
        }
        if !self.node_selector.is_empty() {
            len += 1;
        }
        if !self.tolerations.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.RuntimeClassInfo", len)?;
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.overhead.is_empty() {
            let v: std::collections::HashMap<_, _> = self.overhead.iter()
                .map(|(k, v)| (k, v.to_string())).collect();
            struct_ser.serialize_field("overhead", &v)?;
        }
        if !self.node_selector.is_empty() {
            struct_ser.serialize_field("nodeSelector", &self.node_selector)?;
        }
        if !self.tolerations.is_empty() {
            struct_ser.serialize_field("tolerations", &self.tolerations)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for RuntimeClassInfo {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "name",
            "overhead",
            "node_selector",
            "nodeSelector",
            "tolerations",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Name,
            Overhead,
            NodeSelector,
            Tolerations,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "name" => Ok(GeneratedField::Name),
                            "overhead" => Ok(GeneratedField::Overhead),
                            "nodeSelector" | "node_selector" => Ok(GeneratedField::NodeSelector),
                            "tolerations" => Ok(GeneratedField::Tolerations),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = RuntimeClassInfo;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.RuntimeClassInfo")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<RuntimeClassInfo, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut name__ = None;
                let mut overhead__ = None;
                let mut node_selector__ = None;
                let mut tolerations__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Overhead => {
                            if overhead__.is_some() {
                                return Err(serde::de::Error::duplicate_field("overhead"));
                            }
                            overhead__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, ::pbjson::private::NumberDeserialize<i64>>>()?
                                    .into_iter().map(|(k,v)| (k, v.0)).collect()
                            );
                        }
                        GeneratedField::NodeSelector => {
                            if node_selector__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodeSelector"));
                            }
                            node_selector__ = Some(
                                map_.next_value::<std::collections::BTreeMap<_, _>>()?
                            );
                        }
                        GeneratedField::Tolerations => {
                            if tolerations__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tolerations"));
                            }
                            tolerations__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(RuntimeClassInfo {
                    name: name__.unwrap_or_default(),
                    overhead: overhead__.unwrap_or_default(),
                    node_selector: node_selector__.unwrap_or_default(),
                    tolerations: tolerations__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.RuntimeClassInfo", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ServerMessage {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.message.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.ServerMessage", len)?;
        if let Some(v) = self.message.as_ref() {
            match v {
                server_message::Message::Welcome(v) => {
                    struct_ser.serialize_field("welcome", v)?;
                }
                server_message::Message::Apply(v) => {
                    struct_ser.serialize_field("apply", v)?;
                }
                server_message::Message::Remove(v) => {
                    struct_ser.serialize_field("remove", v)?;
                }
                server_message::Message::Adopt(v) => {
                    struct_ser.serialize_field("adopt", v)?;
                }
                server_message::Message::Resync(v) => {
                    struct_ser.serialize_field("resync", v)?;
                }
                server_message::Message::LeaseGrant(v) => {
                    struct_ser.serialize_field("leaseGrant", v)?;
                }
                server_message::Message::LiftGate(v) => {
                    struct_ser.serialize_field("liftGate", v)?;
                }
            }
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ServerMessage {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "welcome",
            "apply",
            "remove",
            "adopt",
            "resync",
            "lease_grant",
            "leaseGrant",
            "lift_gate",
            "liftGate",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Welcome,
            Apply,
            Remove,
            Adopt,
            Resync,
            LeaseGrant,
            LiftGate,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "welcome" => Ok(GeneratedField::Welcome),
                            "apply" => Ok(GeneratedField::Apply),
                            "remove" => Ok(GeneratedField::Remove),
                            "adopt" => Ok(GeneratedField::Adopt),
                            "resync" => Ok(GeneratedField::Resync),
                            "leaseGrant" | "lease_grant" => Ok(GeneratedField::LeaseGrant),
                            "liftGate" | "lift_gate" => Ok(GeneratedField::LiftGate),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ServerMessage;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.ServerMessage")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ServerMessage, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut message__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Welcome => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("welcome"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(server_message::Message::Welcome)
;
                        }
                        GeneratedField::Apply => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("apply"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(server_message::Message::Apply)
;
                        }
                        GeneratedField::Remove => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("remove"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(server_message::Message::Remove)
;
                        }
                        GeneratedField::Adopt => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("adopt"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(server_message::Message::Adopt)
;
                        }
                        GeneratedField::Resync => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("resync"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(server_message::Message::Resync)
;
                        }
                        GeneratedField::LeaseGrant => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("leaseGrant"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(server_message::Message::LeaseGrant)
;
                        }
                        GeneratedField::LiftGate => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("liftGate"));
                            }
                            message__ = map_.next_value::<::std::option::Option<_>>()?.map(server_message::Message::LiftGate)
;
                        }
                    }
                }
                Ok(ServerMessage {
                    message: message__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.ServerMessage", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for SnapshotBegin {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.sequence != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.SnapshotBegin", len)?;
        if self.sequence != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("sequence", ToString::to_string(&self.sequence).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for SnapshotBegin {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "sequence",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Sequence,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "sequence" => Ok(GeneratedField::Sequence),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = SnapshotBegin;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.SnapshotBegin")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<SnapshotBegin, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut sequence__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Sequence => {
                            if sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sequence"));
                            }
                            sequence__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(SnapshotBegin {
                    sequence: sequence__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.SnapshotBegin", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for SnapshotChunk {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.nodes.is_empty() {
            len += 1;
        }
        if self.facts.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.SnapshotChunk", len)?;
        if !self.nodes.is_empty() {
            struct_ser.serialize_field("nodes", &self.nodes)?;
        }
        if let Some(v) = self.facts.as_ref() {
            struct_ser.serialize_field("facts", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for SnapshotChunk {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "nodes",
            "facts",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Nodes,
            Facts,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "nodes" => Ok(GeneratedField::Nodes),
                            "facts" => Ok(GeneratedField::Facts),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = SnapshotChunk;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.SnapshotChunk")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<SnapshotChunk, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut nodes__ = None;
                let mut facts__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Nodes => {
                            if nodes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodes"));
                            }
                            nodes__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Facts => {
                            if facts__.is_some() {
                                return Err(serde::de::Error::duplicate_field("facts"));
                            }
                            facts__ = map_.next_value()?;
                        }
                    }
                }
                Ok(SnapshotChunk {
                    nodes: nodes__.unwrap_or_default(),
                    facts: facts__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.SnapshotChunk", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for SnapshotEnd {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.sequence != 0 {
            len += 1;
        }
        if self.nodes != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.SnapshotEnd", len)?;
        if self.sequence != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("sequence", ToString::to_string(&self.sequence).as_str())?;
        }
        if self.nodes != 0 {
            struct_ser.serialize_field("nodes", &self.nodes)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for SnapshotEnd {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "sequence",
            "nodes",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Sequence,
            Nodes,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "sequence" => Ok(GeneratedField::Sequence),
                            "nodes" => Ok(GeneratedField::Nodes),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = SnapshotEnd;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.SnapshotEnd")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<SnapshotEnd, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut sequence__ = None;
                let mut nodes__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Sequence => {
                            if sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sequence"));
                            }
                            sequence__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Nodes => {
                            if nodes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("nodes"));
                            }
                            nodes__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(SnapshotEnd {
                    sequence: sequence__.unwrap_or_default(),
                    nodes: nodes__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.SnapshotEnd", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for SpreadConstraint {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.max_skew.is_some() {
            len += 1;
        }
        if self.min_domains.is_some() {
            len += 1;
        }
        if self.topology != 0 {
            len += 1;
        }
        if self.when_unsatisfiable != 0 {
            len += 1;
        }
        if self.selector.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.SpreadConstraint", len)?;
        if let Some(v) = self.max_skew.as_ref() {
            struct_ser.serialize_field("maxSkew", v)?;
        }
        if let Some(v) = self.min_domains.as_ref() {
            struct_ser.serialize_field("minDomains", v)?;
        }
        if self.topology != 0 {
            let v = spread_constraint::Topology::try_from(self.topology)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.topology)))?;
            struct_ser.serialize_field("topology", &v)?;
        }
        if self.when_unsatisfiable != 0 {
            let v = spread_constraint::WhenUnsatisfiable::try_from(self.when_unsatisfiable)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.when_unsatisfiable)))?;
            struct_ser.serialize_field("whenUnsatisfiable", &v)?;
        }
        if let Some(v) = self.selector.as_ref() {
            struct_ser.serialize_field("selector", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for SpreadConstraint {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "max_skew",
            "maxSkew",
            "min_domains",
            "minDomains",
            "topology",
            "when_unsatisfiable",
            "whenUnsatisfiable",
            "selector",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            MaxSkew,
            MinDomains,
            Topology,
            WhenUnsatisfiable,
            Selector,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "maxSkew" | "max_skew" => Ok(GeneratedField::MaxSkew),
                            "minDomains" | "min_domains" => Ok(GeneratedField::MinDomains),
                            "topology" => Ok(GeneratedField::Topology),
                            "whenUnsatisfiable" | "when_unsatisfiable" => Ok(GeneratedField::WhenUnsatisfiable),
                            "selector" => Ok(GeneratedField::Selector),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = SpreadConstraint;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.SpreadConstraint")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<SpreadConstraint, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut max_skew__ = None;
                let mut min_domains__ = None;
                let mut topology__ = None;
                let mut when_unsatisfiable__ = None;
                let mut selector__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::MaxSkew => {
                            if max_skew__.is_some() {
                                return Err(serde::de::Error::duplicate_field("maxSkew"));
                            }
                            max_skew__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::MinDomains => {
                            if min_domains__.is_some() {
                                return Err(serde::de::Error::duplicate_field("minDomains"));
                            }
                            min_domains__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::Topology => {
                            if topology__.is_some() {
                                return Err(serde::de::Error::duplicate_field("topology"));
                            }
                            topology__ = Some(map_.next_value::<spread_constraint::Topology>()? as i32);
                        }
                        GeneratedField::WhenUnsatisfiable => {
                            if when_unsatisfiable__.is_some() {
                                return Err(serde::de::Error::duplicate_field("whenUnsatisfiable"));
                            }
                            when_unsatisfiable__ = Some(map_.next_value::<spread_constraint::WhenUnsatisfiable>()? as i32);
                        }
                        GeneratedField::Selector => {
                            if selector__.is_some() {
                                return Err(serde::de::Error::duplicate_field("selector"));
                            }
                            selector__ = map_.next_value()?;
                        }
                    }
                }
                Ok(SpreadConstraint {
                    max_skew: max_skew__,
                    min_domains: min_domains__,
                    topology: topology__.unwrap_or_default(),
                    when_unsatisfiable: when_unsatisfiable__.unwrap_or_default(),
                    selector: selector__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.SpreadConstraint", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for spread_constraint::Topology {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "TOPOLOGY_UNSPECIFIED",
            Self::Cluster => "CLUSTER",
            Self::Region => "REGION",
            Self::Zone => "ZONE",
            Self::Node => "NODE",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for spread_constraint::Topology {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "TOPOLOGY_UNSPECIFIED",
            "CLUSTER",
            "REGION",
            "ZONE",
            "NODE",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = spread_constraint::Topology;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "TOPOLOGY_UNSPECIFIED" => Ok(spread_constraint::Topology::Unspecified),
                    "CLUSTER" => Ok(spread_constraint::Topology::Cluster),
                    "REGION" => Ok(spread_constraint::Topology::Region),
                    "ZONE" => Ok(spread_constraint::Topology::Zone),
                    "NODE" => Ok(spread_constraint::Topology::Node),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for spread_constraint::WhenUnsatisfiable {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "WHEN_UNSATISFIABLE_UNSPECIFIED",
            Self::DoNotSchedule => "DO_NOT_SCHEDULE",
            Self::ScheduleAnyway => "SCHEDULE_ANYWAY",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for spread_constraint::WhenUnsatisfiable {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "WHEN_UNSATISFIABLE_UNSPECIFIED",
            "DO_NOT_SCHEDULE",
            "SCHEDULE_ANYWAY",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = spread_constraint::WhenUnsatisfiable;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "WHEN_UNSATISFIABLE_UNSPECIFIED" => Ok(spread_constraint::WhenUnsatisfiable::Unspecified),
                    "DO_NOT_SCHEDULE" => Ok(spread_constraint::WhenUnsatisfiable::DoNotSchedule),
                    "SCHEDULE_ANYWAY" => Ok(spread_constraint::WhenUnsatisfiable::ScheduleAnyway),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for Taint {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.key.is_empty() {
            len += 1;
        }
        if !self.value.is_empty() {
            len += 1;
        }
        if !self.effect.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Taint", len)?;
        if !self.key.is_empty() {
            struct_ser.serialize_field("key", &self.key)?;
        }
        if !self.value.is_empty() {
            struct_ser.serialize_field("value", &self.value)?;
        }
        if !self.effect.is_empty() {
            struct_ser.serialize_field("effect", &self.effect)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Taint {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "key",
            "value",
            "effect",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Key,
            Value,
            Effect,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "key" => Ok(GeneratedField::Key),
                            "value" => Ok(GeneratedField::Value),
                            "effect" => Ok(GeneratedField::Effect),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Taint;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Taint")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Taint, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut key__ = None;
                let mut value__ = None;
                let mut effect__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Key => {
                            if key__.is_some() {
                                return Err(serde::de::Error::duplicate_field("key"));
                            }
                            key__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Value => {
                            if value__.is_some() {
                                return Err(serde::de::Error::duplicate_field("value"));
                            }
                            value__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Effect => {
                            if effect__.is_some() {
                                return Err(serde::de::Error::duplicate_field("effect"));
                            }
                            effect__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(Taint {
                    key: key__.unwrap_or_default(),
                    value: value__.unwrap_or_default(),
                    effect: effect__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Taint", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Tee {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.kinds.is_empty() {
            len += 1;
        }
        if self.slots.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Tee", len)?;
        if !self.kinds.is_empty() {
            struct_ser.serialize_field("kinds", &self.kinds)?;
        }
        if let Some(v) = self.slots.as_ref() {
            struct_ser.serialize_field("slots", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Tee {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "kinds",
            "slots",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Kinds,
            Slots,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "kinds" => Ok(GeneratedField::Kinds),
                            "slots" => Ok(GeneratedField::Slots),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Tee;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Tee")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Tee, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut kinds__ = None;
                let mut slots__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Kinds => {
                            if kinds__.is_some() {
                                return Err(serde::de::Error::duplicate_field("kinds"));
                            }
                            kinds__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Slots => {
                            if slots__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slots"));
                            }
                            slots__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                    }
                }
                Ok(Tee {
                    kinds: kinds__.unwrap_or_default(),
                    slots: slots__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Tee", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for TeeTotal {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.kind.is_empty() {
            len += 1;
        }
        if self.slots_total != 0 {
            len += 1;
        }
        if self.slots_free != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.TeeTotal", len)?;
        if !self.kind.is_empty() {
            struct_ser.serialize_field("kind", &self.kind)?;
        }
        if self.slots_total != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("slotsTotal", ToString::to_string(&self.slots_total).as_str())?;
        }
        if self.slots_free != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("slotsFree", ToString::to_string(&self.slots_free).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for TeeTotal {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "kind",
            "slots_total",
            "slotsTotal",
            "slots_free",
            "slotsFree",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Kind,
            SlotsTotal,
            SlotsFree,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "kind" => Ok(GeneratedField::Kind),
                            "slotsTotal" | "slots_total" => Ok(GeneratedField::SlotsTotal),
                            "slotsFree" | "slots_free" => Ok(GeneratedField::SlotsFree),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = TeeTotal;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.TeeTotal")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<TeeTotal, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut kind__ = None;
                let mut slots_total__ = None;
                let mut slots_free__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Kind => {
                            if kind__.is_some() {
                                return Err(serde::de::Error::duplicate_field("kind"));
                            }
                            kind__ = Some(map_.next_value()?);
                        }
                        GeneratedField::SlotsTotal => {
                            if slots_total__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slotsTotal"));
                            }
                            slots_total__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::SlotsFree => {
                            if slots_free__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slotsFree"));
                            }
                            slots_free__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(TeeTotal {
                    kind: kind__.unwrap_or_default(),
                    slots_total: slots_total__.unwrap_or_default(),
                    slots_free: slots_free__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.TeeTotal", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for TenantNamespaces {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.tenant.is_empty() {
            len += 1;
        }
        if !self.namespaces.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.TenantNamespaces", len)?;
        if !self.tenant.is_empty() {
            struct_ser.serialize_field("tenant", &self.tenant)?;
        }
        if !self.namespaces.is_empty() {
            struct_ser.serialize_field("namespaces", &self.namespaces)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for TenantNamespaces {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "tenant",
            "namespaces",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Tenant,
            Namespaces,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "tenant" => Ok(GeneratedField::Tenant),
                            "namespaces" => Ok(GeneratedField::Namespaces),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = TenantNamespaces;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.TenantNamespaces")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<TenantNamespaces, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut tenant__ = None;
                let mut namespaces__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Tenant => {
                            if tenant__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tenant"));
                            }
                            tenant__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Namespaces => {
                            if namespaces__.is_some() {
                                return Err(serde::de::Error::duplicate_field("namespaces"));
                            }
                            namespaces__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(TenantNamespaces {
                    tenant: tenant__.unwrap_or_default(),
                    namespaces: namespaces__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.TenantNamespaces", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Toleration {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.key.is_empty() {
            len += 1;
        }
        if !self.operator.is_empty() {
            len += 1;
        }
        if !self.value.is_empty() {
            len += 1;
        }
        if !self.effect.is_empty() {
            len += 1;
        }
        if self.toleration_seconds.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Toleration", len)?;
        if !self.key.is_empty() {
            struct_ser.serialize_field("key", &self.key)?;
        }
        if !self.operator.is_empty() {
            struct_ser.serialize_field("operator", &self.operator)?;
        }
        if !self.value.is_empty() {
            struct_ser.serialize_field("value", &self.value)?;
        }
        if !self.effect.is_empty() {
            struct_ser.serialize_field("effect", &self.effect)?;
        }
        if let Some(v) = self.toleration_seconds.as_ref() {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("tolerationSeconds", ToString::to_string(&v).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Toleration {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "key",
            "operator",
            "value",
            "effect",
            "toleration_seconds",
            "tolerationSeconds",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Key,
            Operator,
            Value,
            Effect,
            TolerationSeconds,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "key" => Ok(GeneratedField::Key),
                            "operator" => Ok(GeneratedField::Operator),
                            "value" => Ok(GeneratedField::Value),
                            "effect" => Ok(GeneratedField::Effect),
                            "tolerationSeconds" | "toleration_seconds" => Ok(GeneratedField::TolerationSeconds),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Toleration;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Toleration")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Toleration, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut key__ = None;
                let mut operator__ = None;
                let mut value__ = None;
                let mut effect__ = None;
                let mut toleration_seconds__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Key => {
                            if key__.is_some() {
                                return Err(serde::de::Error::duplicate_field("key"));
                            }
                            key__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Operator => {
                            if operator__.is_some() {
                                return Err(serde::de::Error::duplicate_field("operator"));
                            }
                            operator__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Value => {
                            if value__.is_some() {
                                return Err(serde::de::Error::duplicate_field("value"));
                            }
                            value__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Effect => {
                            if effect__.is_some() {
                                return Err(serde::de::Error::duplicate_field("effect"));
                            }
                            effect__ = Some(map_.next_value()?);
                        }
                        GeneratedField::TolerationSeconds => {
                            if toleration_seconds__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tolerationSeconds"));
                            }
                            toleration_seconds__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                    }
                }
                Ok(Toleration {
                    key: key__.unwrap_or_default(),
                    operator: operator__.unwrap_or_default(),
                    value: value__.unwrap_or_default(),
                    effect: effect__.unwrap_or_default(),
                    toleration_seconds: toleration_seconds__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Toleration", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for UpdateClusterRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.cluster.is_some() {
            len += 1;
        }
        if self.update_mask.is_some() {
            len += 1;
        }
        if !self.request_id.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.UpdateClusterRequest", len)?;
        if let Some(v) = self.cluster.as_ref() {
            struct_ser.serialize_field("cluster", v)?;
        }
        if let Some(v) = self.update_mask.as_ref() {
            struct_ser.serialize_field("updateMask", v)?;
        }
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for UpdateClusterRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "cluster",
            "update_mask",
            "updateMask",
            "request_id",
            "requestId",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Cluster,
            UpdateMask,
            RequestId,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "cluster" => Ok(GeneratedField::Cluster),
                            "updateMask" | "update_mask" => Ok(GeneratedField::UpdateMask),
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = UpdateClusterRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.UpdateClusterRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<UpdateClusterRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut cluster__ = None;
                let mut update_mask__ = None;
                let mut request_id__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = map_.next_value()?;
                        }
                        GeneratedField::UpdateMask => {
                            if update_mask__.is_some() {
                                return Err(serde::de::Error::duplicate_field("updateMask"));
                            }
                            update_mask__ = map_.next_value()?;
                        }
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(UpdateClusterRequest {
                    cluster: cluster__,
                    update_mask: update_mask__,
                    request_id: request_id__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.UpdateClusterRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for UpdatePlacementRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.placement.is_some() {
            len += 1;
        }
        if self.update_mask.is_some() {
            len += 1;
        }
        if !self.request_id.is_empty() {
            len += 1;
        }
        if self.allow_missing {
            len += 1;
        }
        if self.validate_only {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.UpdatePlacementRequest", len)?;
        if let Some(v) = self.placement.as_ref() {
            struct_ser.serialize_field("placement", v)?;
        }
        if let Some(v) = self.update_mask.as_ref() {
            struct_ser.serialize_field("updateMask", v)?;
        }
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        if self.allow_missing {
            struct_ser.serialize_field("allowMissing", &self.allow_missing)?;
        }
        if self.validate_only {
            struct_ser.serialize_field("validateOnly", &self.validate_only)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for UpdatePlacementRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "placement",
            "update_mask",
            "updateMask",
            "request_id",
            "requestId",
            "allow_missing",
            "allowMissing",
            "validate_only",
            "validateOnly",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Placement,
            UpdateMask,
            RequestId,
            AllowMissing,
            ValidateOnly,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "placement" => Ok(GeneratedField::Placement),
                            "updateMask" | "update_mask" => Ok(GeneratedField::UpdateMask),
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            "allowMissing" | "allow_missing" => Ok(GeneratedField::AllowMissing),
                            "validateOnly" | "validate_only" => Ok(GeneratedField::ValidateOnly),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = UpdatePlacementRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.UpdatePlacementRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<UpdatePlacementRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut placement__ = None;
                let mut update_mask__ = None;
                let mut request_id__ = None;
                let mut allow_missing__ = None;
                let mut validate_only__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Placement => {
                            if placement__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placement"));
                            }
                            placement__ = map_.next_value()?;
                        }
                        GeneratedField::UpdateMask => {
                            if update_mask__.is_some() {
                                return Err(serde::de::Error::duplicate_field("updateMask"));
                            }
                            update_mask__ = map_.next_value()?;
                        }
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::AllowMissing => {
                            if allow_missing__.is_some() {
                                return Err(serde::de::Error::duplicate_field("allowMissing"));
                            }
                            allow_missing__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ValidateOnly => {
                            if validate_only__.is_some() {
                                return Err(serde::de::Error::duplicate_field("validateOnly"));
                            }
                            validate_only__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(UpdatePlacementRequest {
                    placement: placement__,
                    update_mask: update_mask__,
                    request_id: request_id__.unwrap_or_default(),
                    allow_missing: allow_missing__.unwrap_or_default(),
                    validate_only: validate_only__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.UpdatePlacementRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for UpdatePlan {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.changes.is_empty() {
            len += 1;
        }
        if !self.moves.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.UpdatePlan", len)?;
        if !self.changes.is_empty() {
            struct_ser.serialize_field("changes", &self.changes)?;
        }
        if !self.moves.is_empty() {
            struct_ser.serialize_field("moves", &self.moves)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for UpdatePlan {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "changes",
            "moves",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Changes,
            Moves,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "changes" => Ok(GeneratedField::Changes),
                            "moves" => Ok(GeneratedField::Moves),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = UpdatePlan;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.UpdatePlan")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<UpdatePlan, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut changes__ = None;
                let mut moves__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Changes => {
                            if changes__.is_some() {
                                return Err(serde::de::Error::duplicate_field("changes"));
                            }
                            changes__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Moves => {
                            if moves__.is_some() {
                                return Err(serde::de::Error::duplicate_field("moves"));
                            }
                            moves__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(UpdatePlan {
                    changes: changes__.unwrap_or_default(),
                    moves: moves__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.UpdatePlan", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for UpdatePolicy {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.strategy != 0 {
            len += 1;
        }
        if self.max_parallel.is_some() {
            len += 1;
        }
        if self.progress_deadline.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.UpdatePolicy", len)?;
        if self.strategy != 0 {
            let v = update_policy::Strategy::try_from(self.strategy)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.strategy)))?;
            struct_ser.serialize_field("strategy", &v)?;
        }
        if let Some(v) = self.max_parallel.as_ref() {
            struct_ser.serialize_field("maxParallel", v)?;
        }
        if let Some(v) = self.progress_deadline.as_ref() {
            struct_ser.serialize_field("progressDeadline", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for UpdatePolicy {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "strategy",
            "max_parallel",
            "maxParallel",
            "progress_deadline",
            "progressDeadline",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Strategy,
            MaxParallel,
            ProgressDeadline,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "strategy" => Ok(GeneratedField::Strategy),
                            "maxParallel" | "max_parallel" => Ok(GeneratedField::MaxParallel),
                            "progressDeadline" | "progress_deadline" => Ok(GeneratedField::ProgressDeadline),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = UpdatePolicy;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.UpdatePolicy")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<UpdatePolicy, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut strategy__ = None;
                let mut max_parallel__ = None;
                let mut progress_deadline__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Strategy => {
                            if strategy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("strategy"));
                            }
                            strategy__ = Some(map_.next_value::<update_policy::Strategy>()? as i32);
                        }
                        GeneratedField::MaxParallel => {
                            if max_parallel__.is_some() {
                                return Err(serde::de::Error::duplicate_field("maxParallel"));
                            }
                            max_parallel__ = 
                                map_.next_value::<::std::option::Option<::pbjson::private::NumberDeserialize<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::ProgressDeadline => {
                            if progress_deadline__.is_some() {
                                return Err(serde::de::Error::duplicate_field("progressDeadline"));
                            }
                            progress_deadline__ = map_.next_value()?;
                        }
                    }
                }
                Ok(UpdatePolicy {
                    strategy: strategy__.unwrap_or_default(),
                    max_parallel: max_parallel__,
                    progress_deadline: progress_deadline__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.UpdatePolicy", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for update_policy::Strategy {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "STRATEGY_UNSPECIFIED",
            Self::Surge => "SURGE",
            Self::Recreate => "RECREATE",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for update_policy::Strategy {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "STRATEGY_UNSPECIFIED",
            "SURGE",
            "RECREATE",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = update_policy::Strategy;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "STRATEGY_UNSPECIFIED" => Ok(update_policy::Strategy::Unspecified),
                    "SURGE" => Ok(update_policy::Strategy::Surge),
                    "RECREATE" => Ok(update_policy::Strategy::Recreate),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for Victim {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.placement.is_empty() {
            len += 1;
        }
        if self.slot != 0 {
            len += 1;
        }
        if self.epoch != 0 {
            len += 1;
        }
        if !self.cluster.is_empty() {
            len += 1;
        }
        if !self.node.is_empty() {
            len += 1;
        }
        if self.priority != 0 {
            len += 1;
        }
        if self.for_slot != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Victim", len)?;
        if !self.placement.is_empty() {
            struct_ser.serialize_field("placement", &self.placement)?;
        }
        if self.slot != 0 {
            struct_ser.serialize_field("slot", &self.slot)?;
        }
        if self.epoch != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("epoch", ToString::to_string(&self.epoch).as_str())?;
        }
        if !self.cluster.is_empty() {
            struct_ser.serialize_field("cluster", &self.cluster)?;
        }
        if !self.node.is_empty() {
            struct_ser.serialize_field("node", &self.node)?;
        }
        if self.priority != 0 {
            struct_ser.serialize_field("priority", &self.priority)?;
        }
        if self.for_slot != 0 {
            struct_ser.serialize_field("forSlot", &self.for_slot)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Victim {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "placement",
            "slot",
            "epoch",
            "cluster",
            "node",
            "priority",
            "for_slot",
            "forSlot",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Placement,
            Slot,
            Epoch,
            Cluster,
            Node,
            Priority,
            ForSlot,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "placement" => Ok(GeneratedField::Placement),
                            "slot" => Ok(GeneratedField::Slot),
                            "epoch" => Ok(GeneratedField::Epoch),
                            "cluster" => Ok(GeneratedField::Cluster),
                            "node" => Ok(GeneratedField::Node),
                            "priority" => Ok(GeneratedField::Priority),
                            "forSlot" | "for_slot" => Ok(GeneratedField::ForSlot),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Victim;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Victim")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Victim, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut placement__ = None;
                let mut slot__ = None;
                let mut epoch__ = None;
                let mut cluster__ = None;
                let mut node__ = None;
                let mut priority__ = None;
                let mut for_slot__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Placement => {
                            if placement__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placement"));
                            }
                            placement__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Slot => {
                            if slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("slot"));
                            }
                            slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Epoch => {
                            if epoch__.is_some() {
                                return Err(serde::de::Error::duplicate_field("epoch"));
                            }
                            epoch__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Cluster => {
                            if cluster__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cluster"));
                            }
                            cluster__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Node => {
                            if node__.is_some() {
                                return Err(serde::de::Error::duplicate_field("node"));
                            }
                            node__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Priority => {
                            if priority__.is_some() {
                                return Err(serde::de::Error::duplicate_field("priority"));
                            }
                            priority__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::ForSlot => {
                            if for_slot__.is_some() {
                                return Err(serde::de::Error::duplicate_field("forSlot"));
                            }
                            for_slot__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                    }
                }
                Ok(Victim {
                    placement: placement__.unwrap_or_default(),
                    slot: slot__.unwrap_or_default(),
                    epoch: epoch__.unwrap_or_default(),
                    cluster: cluster__.unwrap_or_default(),
                    node: node__.unwrap_or_default(),
                    priority: priority__.unwrap_or_default(),
                    for_slot: for_slot__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Victim", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for WatchPlacementsRequest {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.parent.is_empty() {
            len += 1;
        }
        if !self.filter.is_empty() {
            len += 1;
        }
        if !self.resume_token.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.WatchPlacementsRequest", len)?;
        if !self.parent.is_empty() {
            struct_ser.serialize_field("parent", &self.parent)?;
        }
        if !self.filter.is_empty() {
            struct_ser.serialize_field("filter", &self.filter)?;
        }
        if !self.resume_token.is_empty() {
            struct_ser.serialize_field("resumeToken", &self.resume_token)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for WatchPlacementsRequest {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "parent",
            "filter",
            "resume_token",
            "resumeToken",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Parent,
            Filter,
            ResumeToken,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "parent" => Ok(GeneratedField::Parent),
                            "filter" => Ok(GeneratedField::Filter),
                            "resumeToken" | "resume_token" => Ok(GeneratedField::ResumeToken),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = WatchPlacementsRequest;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.WatchPlacementsRequest")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<WatchPlacementsRequest, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut parent__ = None;
                let mut filter__ = None;
                let mut resume_token__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Parent => {
                            if parent__.is_some() {
                                return Err(serde::de::Error::duplicate_field("parent"));
                            }
                            parent__ = Some(map_.next_value()?);
                        }
                        GeneratedField::Filter => {
                            if filter__.is_some() {
                                return Err(serde::de::Error::duplicate_field("filter"));
                            }
                            filter__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ResumeToken => {
                            if resume_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("resumeToken"));
                            }
                            resume_token__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(WatchPlacementsRequest {
                    parent: parent__.unwrap_or_default(),
                    filter: filter__.unwrap_or_default(),
                    resume_token: resume_token__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.WatchPlacementsRequest", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for WatchPlacementsResponse {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.r#type != 0 {
            len += 1;
        }
        if self.placement.is_some() {
            len += 1;
        }
        if !self.resume_token.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.WatchPlacementsResponse", len)?;
        if self.r#type != 0 {
            let v = watch_placements_response::Type::try_from(self.r#type)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.r#type)))?;
            struct_ser.serialize_field("type", &v)?;
        }
        if let Some(v) = self.placement.as_ref() {
            struct_ser.serialize_field("placement", v)?;
        }
        if !self.resume_token.is_empty() {
            struct_ser.serialize_field("resumeToken", &self.resume_token)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for WatchPlacementsResponse {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "type",
            "placement",
            "resume_token",
            "resumeToken",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Type,
            Placement,
            ResumeToken,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "type" => Ok(GeneratedField::Type),
                            "placement" => Ok(GeneratedField::Placement),
                            "resumeToken" | "resume_token" => Ok(GeneratedField::ResumeToken),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = WatchPlacementsResponse;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.WatchPlacementsResponse")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<WatchPlacementsResponse, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut r#type__ = None;
                let mut placement__ = None;
                let mut resume_token__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Type => {
                            if r#type__.is_some() {
                                return Err(serde::de::Error::duplicate_field("type"));
                            }
                            r#type__ = Some(map_.next_value::<watch_placements_response::Type>()? as i32);
                        }
                        GeneratedField::Placement => {
                            if placement__.is_some() {
                                return Err(serde::de::Error::duplicate_field("placement"));
                            }
                            placement__ = map_.next_value()?;
                        }
                        GeneratedField::ResumeToken => {
                            if resume_token__.is_some() {
                                return Err(serde::de::Error::duplicate_field("resumeToken"));
                            }
                            resume_token__ = Some(map_.next_value()?);
                        }
                    }
                }
                Ok(WatchPlacementsResponse {
                    r#type: r#type__.unwrap_or_default(),
                    placement: placement__,
                    resume_token: resume_token__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.WatchPlacementsResponse", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for watch_placements_response::Type {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "TYPE_UNSPECIFIED",
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
            Self::Bookmark => "BOOKMARK",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for watch_placements_response::Type {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "TYPE_UNSPECIFIED",
            "ADDED",
            "MODIFIED",
            "DELETED",
            "BOOKMARK",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = watch_placements_response::Type;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "TYPE_UNSPECIFIED" => Ok(watch_placements_response::Type::Unspecified),
                    "ADDED" => Ok(watch_placements_response::Type::Added),
                    "MODIFIED" => Ok(watch_placements_response::Type::Modified),
                    "DELETED" => Ok(watch_placements_response::Type::Deleted),
                    "BOOKMARK" => Ok(watch_placements_response::Type::Bookmark),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for WeightedPodAffinityTerm {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.weight != 0 {
            len += 1;
        }
        if self.pod_affinity_term.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.WeightedPodAffinityTerm", len)?;
        if self.weight != 0 {
            struct_ser.serialize_field("weight", &self.weight)?;
        }
        if let Some(v) = self.pod_affinity_term.as_ref() {
            struct_ser.serialize_field("podAffinityTerm", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for WeightedPodAffinityTerm {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "weight",
            "pod_affinity_term",
            "podAffinityTerm",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Weight,
            PodAffinityTerm,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "weight" => Ok(GeneratedField::Weight),
                            "podAffinityTerm" | "pod_affinity_term" => Ok(GeneratedField::PodAffinityTerm),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = WeightedPodAffinityTerm;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.WeightedPodAffinityTerm")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<WeightedPodAffinityTerm, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut weight__ = None;
                let mut pod_affinity_term__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Weight => {
                            if weight__.is_some() {
                                return Err(serde::de::Error::duplicate_field("weight"));
                            }
                            weight__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::PodAffinityTerm => {
                            if pod_affinity_term__.is_some() {
                                return Err(serde::de::Error::duplicate_field("podAffinityTerm"));
                            }
                            pod_affinity_term__ = map_.next_value()?;
                        }
                    }
                }
                Ok(WeightedPodAffinityTerm {
                    weight: weight__.unwrap_or_default(),
                    pod_affinity_term: pod_affinity_term__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.WeightedPodAffinityTerm", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Welcome {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.session_id.is_empty() {
            len += 1;
        }
        if self.protocol_version != 0 {
            len += 1;
        }
        if self.incarnation != 0 {
            len += 1;
        }
        if self.term != 0 {
            len += 1;
        }
        if self.lease_length.is_some() {
            len += 1;
        }
        if self.heartbeat_interval.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("hourglass.fleet.v1.Welcome", len)?;
        if !self.session_id.is_empty() {
            struct_ser.serialize_field("sessionId", &self.session_id)?;
        }
        if self.protocol_version != 0 {
            struct_ser.serialize_field("protocolVersion", &self.protocol_version)?;
        }
        if self.incarnation != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("incarnation", ToString::to_string(&self.incarnation).as_str())?;
        }
        if self.term != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("term", ToString::to_string(&self.term).as_str())?;
        }
        if let Some(v) = self.lease_length.as_ref() {
            struct_ser.serialize_field("leaseLength", v)?;
        }
        if let Some(v) = self.heartbeat_interval.as_ref() {
            struct_ser.serialize_field("heartbeatInterval", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Welcome {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "session_id",
            "sessionId",
            "protocol_version",
            "protocolVersion",
            "incarnation",
            "term",
            "lease_length",
            "leaseLength",
            "heartbeat_interval",
            "heartbeatInterval",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            SessionId,
            ProtocolVersion,
            Incarnation,
            Term,
            LeaseLength,
            HeartbeatInterval,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "sessionId" | "session_id" => Ok(GeneratedField::SessionId),
                            "protocolVersion" | "protocol_version" => Ok(GeneratedField::ProtocolVersion),
                            "incarnation" => Ok(GeneratedField::Incarnation),
                            "term" => Ok(GeneratedField::Term),
                            "leaseLength" | "lease_length" => Ok(GeneratedField::LeaseLength),
                            "heartbeatInterval" | "heartbeat_interval" => Ok(GeneratedField::HeartbeatInterval),
                            _ => Err(serde::de::Error::unknown_field(value, FIELDS)),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Welcome;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct hourglass.fleet.v1.Welcome")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Welcome, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut session_id__ = None;
                let mut protocol_version__ = None;
                let mut incarnation__ = None;
                let mut term__ = None;
                let mut lease_length__ = None;
                let mut heartbeat_interval__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::SessionId => {
                            if session_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sessionId"));
                            }
                            session_id__ = Some(map_.next_value()?);
                        }
                        GeneratedField::ProtocolVersion => {
                            if protocol_version__.is_some() {
                                return Err(serde::de::Error::duplicate_field("protocolVersion"));
                            }
                            protocol_version__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Incarnation => {
                            if incarnation__.is_some() {
                                return Err(serde::de::Error::duplicate_field("incarnation"));
                            }
                            incarnation__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::Term => {
                            if term__.is_some() {
                                return Err(serde::de::Error::duplicate_field("term"));
                            }
                            term__ = 
                                Some(map_.next_value::<::pbjson::private::NumberDeserialize<_>>()?.0)
                            ;
                        }
                        GeneratedField::LeaseLength => {
                            if lease_length__.is_some() {
                                return Err(serde::de::Error::duplicate_field("leaseLength"));
                            }
                            lease_length__ = map_.next_value()?;
                        }
                        GeneratedField::HeartbeatInterval => {
                            if heartbeat_interval__.is_some() {
                                return Err(serde::de::Error::duplicate_field("heartbeatInterval"));
                            }
                            heartbeat_interval__ = map_.next_value()?;
                        }
                    }
                }
                Ok(Welcome {
                    session_id: session_id__.unwrap_or_default(),
                    protocol_version: protocol_version__.unwrap_or_default(),
                    incarnation: incarnation__.unwrap_or_default(),
                    term: term__.unwrap_or_default(),
                    lease_length: lease_length__,
                    heartbeat_interval: heartbeat_interval__,
                })
            }
        }
        deserializer.deserialize_struct("hourglass.fleet.v1.Welcome", FIELDS, GeneratedVisitor)
    }
}
