//! What the language's grammar is made of: forms of values, keys, objects. Data only; the check, the
//! reading and the JSON Schema all follow it, so a key is described once.

/// What a value must look like.
#[derive(Debug)]
pub enum Form {
    /// Any value; texts in it may hold `${ }`.
    Template,
    /// Any value, taken as it is.
    Data,
    /// A text.
    Text,
    /// A text that may hold `${ }` and becomes a text.
    Line,
    /// Bare CEL.
    Expression,
    /// `true` or `false`.
    Flag,
    /// `true`; its contrary is said by leaving the key out.
    Yes,
    /// A whole number within bounds, both included.
    Whole(u64, u64),
    /// A whole number that may be negative.
    Integer,
    /// A number within bounds, both included.
    Number(f64, f64),
    /// A length of time, such as `250ms`.
    Duration,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A name of some sort.
    Name(Name),
    /// A JSON Schema.
    Schema,
    /// A list.
    List(&'static Form),
    /// One, or a list of several.
    OneOrMore(&'static Form),
    /// Names with values.
    Named(Name, &'static Form),
    /// A mapping with known keys.
    Object(&'static Object),
    /// `order`: ids, lists of ids.
    Order,
    /// One of several forms, told apart by the shape of the value.
    Either(&'static [Form]),
    /// A mapping that is the second object when it has its marker key, else the first.
    Marked(&'static Object, &'static str, &'static Object),
    /// A mapping that is the object when it has its marker key, else names with values.
    MarkedOrNamed(&'static Object, &'static str, Name, &'static Form),
}

/// Rules for names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// A node id: small letters, digits and `_`.
    Node,
    /// A local name, a variable, a setting: CEL reads it as one identifier.
    Identifier,
    /// An identifier that hides no name of the language.
    Local,
    /// A document's name, a use case, a biz id, a scenario.
    Word,
    /// An error code, such as `ORDER_NOT_FOUND`.
    Code,
    /// The address of a node in a test: ids joined by dots.
    Address,
    /// Anything that is not empty.
    Free,
}

/// One key of an object.
#[derive(Debug)]
pub struct Key {
    /// As written in YAML.
    pub name: &'static str,
    /// What its value must look like.
    pub form: Form,
    /// It must be there.
    pub is_required: bool,
    /// For people: what it says. Shown by editors and in `help`.
    pub about: &'static str,
}

/// Some keys of an object.
#[derive(Debug)]
pub enum Group {
    /// Its own.
    Own(&'static [Key]),
    /// Keys that objects share; behind a reference, so that tables may refer to each other in circles.
    Shared(&'static &'static [Key]),
}

/// A mapping with known keys.
#[derive(Debug)]
pub struct Object {
    /// What it is called in messages: `a node`, `retry`.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Its keys, in groups that objects share.
    pub keys: &'static [Group],
    /// Keys of which exactly one must be there.
    pub exactly_one: Option<&'static [&'static str]>,
    /// Further keys are allowed, with any value.
    pub is_open: bool,
}

impl Object {
    /// Every key.
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> + Clone + use<> {
        self.keys.iter().flat_map(|group| match group {
            Group::Own(keys) => keys.iter(),
            Group::Shared(keys) => keys.iter(),
        })
    }

    /// The key of that name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
}

/// A key that may be left out.
pub(super) const fn key(name: &'static str, form: Form, about: &'static str) -> Key {
    Key { name, form, is_required: false, about }
}

/// A key that must be there.
pub(super) const fn required(name: &'static str, form: Form, about: &'static str) -> Key {
    Key { name, form, is_required: true, about }
}

/// An object whose keys are all known.
pub(super) const fn object(name: &'static str, about: &'static str, keys: &'static [Group]) -> Object {
    Object { name, about, keys, exactly_one: None, is_open: false }
}
