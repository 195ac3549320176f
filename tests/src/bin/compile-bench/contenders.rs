//! The contenders: derives, on the same structs.

use std::iter;

use crate::source::table_of_diesel;

pub(crate) struct Contender {
    pub(crate) name: &'static str,
    /// The package; its version is printed.
    pub(crate) package: &'static str,
    /// Lines of a manifest. The versions are those of our own Cargo.lock.
    pub(crate) dependencies: &'static str,
    /// The code above all structs.
    pub(crate) prelude: fn() -> String,
    /// The code above each struct.
    pub(crate) derives: &'static str,
    pub(crate) kinds: Kinds,
    pub(crate) codes: Codes,
}

/// Whether each struct has a field with an enum of codes, which are checked against the portal's file.
#[derive(Clone, Copy)]
pub(crate) enum Codes {
    No,
    /// There is no file of the portal.
    AsTheyStand,
    /// The file has this many codes.
    InFile {
        codes: usize,
    },
}

/// Where the kinds of the fields are given, which our derives require.
#[derive(Clone, Copy)]
pub(crate) enum Kinds {
    Nowhere,
    InPlace,
    /// In a portal's schema with this many fields.
    InSchema {
        fields: usize,
    },
}

/// Structs without derives, with which all others are compared.
pub(crate) const BARE: Contender = Contender {
    name: "bare structs",
    package: "",
    dependencies: "",
    prelude: String::new,
    derives: "",
    kinds: Kinds::Nowhere,
    codes: Codes::No,
};

pub(crate) const PATCH: Contender = Contender {
    name: "vibecode `Patch`",
    package: "vibecode-runtime",
    dependencies: r#"vibecode-runtime = { path = "RUNTIME", default-features = false, features = ["derive"] }"#,
    derives: "#[derive(vibecode_runtime::Patch)]\n#[vibecode(entity = \"contacts\")]",
    kinds: Kinds::InPlace,
    ..BARE
};

pub(crate) const PATCH_AND_RECORD: Contender = Contender {
    name: "vibecode `Patch` + `Record`",
    derives: "#[derive(vibecode_runtime::Patch, vibecode_runtime::Record)]\n#[vibecode(entity = \"contacts\")]",
    ..PATCH
};

pub(crate) const PATCH_OF_CODES: Contender = Contender {
    name: "vibecode `Patch` + `Enumeration` of codes",
    codes: Codes::AsTheyStand,
    ..PATCH
};

/// The rival that makes a builder for a struct, with the derive that writes it.
pub(crate) const DERIVE_BUILDER: Contender = Contender {
    name: "derive_builder + serde `Serialize`",
    package: "derive_builder",
    dependencies: "derive_builder = \"0.20\"\nserde = { version = \"1\", features = [\"derive\"] }",
    derives: "#[derive(derive_builder::Builder, serde::Serialize)]",
    ..BARE
};

/// The same builder, with the derives that write the struct and read it.
pub(crate) const DERIVE_BUILDER_AND_SERDE: Contender = Contender {
    name: "derive_builder + serde `Serialize` + `Deserialize`",
    derives: "#[derive(derive_builder::Builder, serde::Serialize, serde::Deserialize)]",
    ..DERIVE_BUILDER
};

pub(crate) const CONTENDERS: &[Contender] = &[
    BARE,
    Contender {
        name: "serde `Serialize`",
        package: "serde",
        dependencies: r#"serde = { version = "1", features = ["derive"] }"#,
        derives: "#[derive(serde::Serialize)]",
        ..BARE
    },
    Contender {
        name: "serde `Serialize` + `Deserialize`",
        package: "serde",
        dependencies: r#"serde = { version = "1", features = ["derive"] }"#,
        derives: "#[derive(serde::Serialize, serde::Deserialize)]",
        ..BARE
    },
    DERIVE_BUILDER,
    DERIVE_BUILDER_AND_SERDE,
    Contender {
        name: "struct-patch",
        package: "struct-patch",
        dependencies: r#"struct-patch = "0.14""#,
        derives: "#[derive(struct_patch::Patch)]",
        ..BARE
    },
    Contender {
        name: "diesel `AsChangeset`",
        package: "diesel",
        dependencies: r#"diesel = { version = "2", default-features = false, features = ["32-column-tables", "mysql_backend", "postgres_backend"] }"#,
        prelude: table_of_diesel,
        derives: "#[derive(diesel::AsChangeset)]\n#[diesel(table_name = contacts)]",
        ..BARE
    },
    Contender {
        name: "bon `Builder`",
        package: "bon",
        dependencies: r#"bon = "3""#,
        derives: "#[derive(bon::Builder)]",
        ..BARE
    },
    Contender {
        name: "typed-builder",
        package: "typed-builder",
        dependencies: r#"typed-builder = "0.23""#,
        derives: "#[derive(typed_builder::TypedBuilder)]",
        ..BARE
    },
    PATCH,
    Contender {
        name: "vibecode `Patch`, schema of 500",
        kinds: Kinds::InSchema { fields: 500 },
        ..PATCH
    },
    Contender {
        name: "vibecode `Patch`, schema of 5,000",
        kinds: Kinds::InSchema { fields: 5_000 },
        ..PATCH
    },
    PATCH_OF_CODES,
    Contender {
        name: "vibecode `Patch` + `Enumeration` of codes, statuses of 500",
        codes: Codes::InFile { codes: 500 },
        ..PATCH
    },
    PATCH_AND_RECORD,
    Contender {
        name: "vibecode `Patch` + `Record`, schema of 500",
        kinds: Kinds::InSchema { fields: 500 },
        ..PATCH_AND_RECORD
    },
    Contender {
        name: "vibecode `Patch` + `Record`, schema of 5,000",
        kinds: Kinds::InSchema { fields: 5_000 },
        ..PATCH_AND_RECORD
    },
];

impl Contender {
    /// The name of its crate.
    pub(crate) fn crate_name(&self) -> String {
        let words = self
            .name
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty());
        let words: Vec<_> = iter::once("bench").chain(words).collect();
        words.join("-").to_lowercase()
    }
}
