//! Every step of a command, declared once: local checks, retry and read-back read [`STEPS`].

use super::limits;
use serde_json::Value;

/// What a command is about; a step belongs to one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectKind {
    /// A command with a `user` root.
    User,
    /// A command with a `usergroup` root.
    Group,
}

/// Where a step must be in its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepPosition {
    /// Step 0, once.
    First,
    /// Anywhere.
    Any,
    /// The last step, once.
    Last,
}

/// Whether a step may be sent again after its response was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepRepeat {
    /// The second time changes nothing and succeeds.
    Harmless,
    /// Harmless when `option` says what to do with an existing account or group; an error otherwise.
    WithOption,
    /// Harmless unless it changes the name by which the command finds its subject.
    UnlessRenaming,
    /// The second time may fail.
    Never,
}

/// How the effect of a step can be seen afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadBack {
    /// The user exists.
    UserExists,
    /// The user's fields have the given values.
    UserFields,
    /// The user's `groups` contain the given names.
    UserInGroups,
    /// The user's `groups` contain none of the given names.
    UserNotInGroups,
    /// The user is no longer in the organization.
    UserAbsent,
    /// The group is listed.
    GroupExists,
    /// The group is no longer listed.
    GroupAbsent,
    /// The group's members (E4) include the given users; profiles of a group cannot be read back.
    GroupMembers,
    /// Nothing that the current API returns shows it (a group's description).
    Nowhere,
}

/// What a step takes away; the guards count by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepRemoval {
    /// An absent value.
    Nothing,
    /// Memberships, and with them licenses.
    Membership,
    /// A user group.
    Group,
    /// A person from the organization, with `deleteAccount` permanently.
    Person,
}

/// The form of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldShape {
    /// A string of at most N characters.
    Text(usize),
    /// An e-mail address.
    Email,
    /// A country code.
    Country,
    /// One of [`OPTIONS`].
    Choice,
    /// True or false.
    Flag,
    /// A list of user group, profile or admin group names.
    GroupNames,
    /// A list of profile names.
    ProfileNames,
    /// A list of users.
    UserNames,
}

/// One field of a step's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepField {
    /// The service's name for it.
    pub name: &'static str,
    /// Form of its value.
    pub shape: FieldShape,
    /// Whether the step needs it.
    pub required: bool,
}

/// One kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepSpec {
    /// The service's name for it: the one key of a step object.
    pub name: &'static str,
    /// What it applies to.
    pub subject: SubjectKind,
    /// The fields of its value.
    pub fields: &'static [StepField],
    /// Whether its value may be the string `all` instead of an object.
    pub takes_all: bool,
    /// Whether it creates the subject.
    pub creates: bool,
    /// Where it must be in the command.
    pub position: StepPosition,
    /// Whether it may be repeated after a lost response.
    pub repeat: StepRepeat,
    /// How its effect is seen.
    pub read_back: ReadBack,
    /// What it takes away.
    pub removes: StepRemoval,
    /// What it does, for people: a verb phrase.
    pub summary: &'static str,
}

/// The values of `option` (contract 3.2).
pub(crate) const OPTIONS: [&str; 2] = ["ignoreIfAlreadyExists", "updateIfAlreadyExists"];

const fn field(name: &'static str, shape: FieldShape) -> StepField {
    StepField { name, shape, required: false }
}
const fn required(name: &'static str, shape: FieldShape) -> StepField {
    StepField { name, shape, required: true }
}
const NAME: FieldShape = FieldShape::Text(limits::NAME_LENGTH);

const BASE: StepSpec = StepSpec {
    name: "",
    subject: SubjectKind::User,
    fields: &[],
    takes_all: false,
    creates: false,
    position: StepPosition::Any,
    repeat: StepRepeat::Harmless,
    read_back: ReadBack::Nowhere,
    removes: StepRemoval::Nothing,
    summary: "",
};
const CREATE: StepSpec = StepSpec {
    creates: true,
    position: StepPosition::First,
    repeat: StepRepeat::WithOption,
    read_back: ReadBack::UserExists,
    ..BASE
};

/// All of them (contract 3.2 and 3.3; repetition and read-back are our reading of those rules).
pub(crate) const STEPS: &[StepSpec] = &[
    StepSpec {
        name: "addAdobeID",
        fields: &[
            required("email", FieldShape::Email),
            field("country", FieldShape::Country),
            field("firstname", NAME),
            field("lastname", NAME),
            field("option", FieldShape::Choice),
        ],
        summary: "add the Adobe ID",
        ..CREATE
    },
    StepSpec {
        name: "createEnterpriseID",
        fields: &[
            required("email", FieldShape::Email),
            required("firstname", NAME),
            required("lastname", NAME),
            field("country", FieldShape::Country),
            field("option", FieldShape::Choice),
        ],
        summary: "create the Enterprise ID",
        ..CREATE
    },
    StepSpec {
        name: "createFederatedID",
        fields: &[
            required("email", FieldShape::Email),
            required("firstname", NAME),
            required("lastname", NAME),
            required("country", FieldShape::Country),
            field("option", FieldShape::Choice),
        ],
        summary: "create the Federated ID",
        ..CREATE
    },
    StepSpec {
        name: "update",
        fields: &[
            field("email", FieldShape::Email),
            field("username", FieldShape::Text(limits::IDENTIFIER_LENGTH)),
            field("firstname", NAME),
            field("lastname", NAME),
        ],
        repeat: StepRepeat::UnlessRenaming,
        read_back: ReadBack::UserFields,
        summary: "update the account",
        ..BASE
    },
    StepSpec {
        name: "add",
        fields: &[required("group", FieldShape::GroupNames)],
        read_back: ReadBack::UserInGroups,
        summary: "add to groups",
        ..BASE
    },
    StepSpec {
        name: "remove",
        fields: &[required("group", FieldShape::GroupNames)],
        takes_all: true,
        read_back: ReadBack::UserNotInGroups,
        removes: StepRemoval::Membership,
        summary: "remove from groups",
        ..BASE
    },
    StepSpec {
        name: "removeFromOrg",
        fields: &[field("deleteAccount", FieldShape::Flag)],
        position: StepPosition::Last,
        read_back: ReadBack::UserAbsent,
        removes: StepRemoval::Person,
        summary: "remove from the organization",
        ..BASE
    },
    StepSpec {
        name: "createUserGroup",
        subject: SubjectKind::Group,
        fields: &[
            field("name", FieldShape::Text(limits::GROUP_NAME_LENGTH)),
            field("description", FieldShape::Text(usize::MAX)),
            field("option", FieldShape::Choice),
        ],
        read_back: ReadBack::GroupExists,
        summary: "create the user group",
        ..CREATE
    },
    StepSpec {
        name: "updateUserGroup",
        subject: SubjectKind::Group,
        fields: &[
            field("name", FieldShape::Text(limits::GROUP_NAME_LENGTH)),
            field("description", FieldShape::Text(usize::MAX)),
        ],
        repeat: StepRepeat::UnlessRenaming,
        read_back: ReadBack::GroupExists,
        summary: "update the user group",
        ..BASE
    },
    StepSpec {
        name: "deleteUserGroup",
        subject: SubjectKind::Group,
        repeat: StepRepeat::Never,
        read_back: ReadBack::GroupAbsent,
        removes: StepRemoval::Group,
        summary: "delete the user group",
        ..BASE
    },
    StepSpec {
        name: "add",
        subject: SubjectKind::Group,
        fields: &[
            field("user", FieldShape::UserNames),
            field("productConfiguration", FieldShape::ProfileNames),
        ],
        repeat: StepRepeat::Never,
        read_back: ReadBack::GroupMembers,
        summary: "add users or profiles",
        ..BASE
    },
    StepSpec {
        name: "remove",
        subject: SubjectKind::Group,
        fields: &[
            field("user", FieldShape::UserNames),
            field("productConfiguration", FieldShape::ProfileNames),
        ],
        repeat: StepRepeat::Never,
        read_back: ReadBack::GroupMembers,
        removes: StepRemoval::Membership,
        summary: "remove users or profiles",
        ..BASE
    },
];

/// The old key for profiles, which still works, with a warning (contract 4.7, `warning.command.deprecated`).
pub(crate) const DEPRECATED_PROFILE_KEY: &str = "product";

/// The declaration of a step by its name and the kind of its command's subject.
pub(crate) fn find(subject: SubjectKind, name: &str) -> Option<&'static StepSpec> {
    STEPS.iter().find(|spec| spec.subject == subject && spec.name == name)
}

impl StepSpec {
    /// The declaration of one of its fields.
    pub fn field(&self, name: &str) -> Option<&'static StepField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether its value is lists of names: `add` and `remove`.
    pub fn is_membership(&self) -> bool {
        self.fields.iter().any(|field| field.shape.is_list())
    }

    /// Whether sending it again with `value` after a lost response changes nothing and succeeds.
    pub fn is_repeatable(&self, value: &Value) -> bool {
        match self.repeat {
            StepRepeat::Harmless => true,
            StepRepeat::WithOption => value.get("option").is_some(),
            StepRepeat::UnlessRenaming => {
                !["name", "email", "username"].iter().any(|key| value.get(key).is_some())
            }
            StepRepeat::Never => false,
        }
    }
}

impl FieldShape {
    /// Whether the value is a list of names.
    pub fn is_list(self) -> bool {
        matches!(self, Self::GroupNames | Self::ProfileNames | Self::UserNames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::HashSet;

    #[test]
    fn each_step_is_declared_once_with_its_fields_once() {
        let names: HashSet<_> = STEPS.iter().map(|spec| (spec.subject, spec.name)).collect();
        assert_eq!(names.len(), STEPS.len());
        for spec in STEPS {
            let fields: HashSet<_> = spec.fields.iter().map(|field| field.name).collect();
            assert_eq!(fields.len(), spec.fields.len(), "{}", spec.name);
            assert!(!spec.summary.is_empty(), "{}", spec.name);
            assert!(!spec.creates || spec.position == StepPosition::First, "{}", spec.name);
        }
    }

    #[test]
    fn a_create_is_repeatable_only_with_an_option() {
        let create = find(SubjectKind::User, "createFederatedID").expect("declared");
        assert!(create.is_repeatable(&json!({"email": "a@b.c", "option": OPTIONS[0]})));
        assert!(!create.is_repeatable(&json!({"email": "a@b.c"})));
    }

    #[test]
    fn a_rename_is_not_repeatable() {
        let update = find(SubjectKind::User, "update").expect("declared");
        assert!(update.is_repeatable(&json!({"lastname": "Doe"})));
        assert!(!update.is_repeatable(&json!({"email": "new@example.com"})));
    }
}
