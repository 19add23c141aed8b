//! The users and groups of this machine, as its files list them.
//!
//! The files are read and nothing else is asked: a directory (LDAP) that the
//! machine has its users from may be on the far side of the very network that
//! natconnd is asked about. Users of a directory are written as numbers.

use std::collections::HashMap;
use std::{fs, io};

use super::{UnixGroup, UnixUser};

const PASSWD: &str = "/etc/passwd";
const GROUP: &str = "/etc/group";

/// The users and groups of a machine; none by default.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Accounts {
    users: HashMap<String, u32>,
    groups: Vec<GroupLine>,
    /// Why there are fewer than there should be.
    unread: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct GroupLine {
    name: String,
    gid: u32,
    members: Vec<String>,
}

impl Accounts {
    /// Those of passwd(5) and group(5), given as the texts of the files.
    ///
    /// Lines that are no entry, such as those of NIS, are passed over, as they are by the
    /// system.
    pub fn of(passwd: &str, group: &str) -> Self {
        let mut users = HashMap::new();
        for line in passwd.lines() {
            let mut fields = line.split(':');
            let name = fields.next().unwrap_or_default();
            if let Some(uid) = fields.nth(1).and_then(|uid| uid.parse().ok()) {
                // The first line of a name is the one that counts.
                users.entry(name.to_owned()).or_insert(uid);
            }
        }
        let groups = group.lines().filter_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let members = fields.get(3)?.split(',').filter(|name| !name.is_empty());
            Some(GroupLine {
                name: (*fields.first()?).to_owned(),
                gid: fields.get(2)?.parse().ok()?,
                members: members.map(str::to_owned).collect(),
            })
        });
        Self {
            users,
            groups: groups.collect(),
            unread: Vec::new(),
        }
    }

    /// Those of this machine. A file that cannot be read is named when somebody asks for a
    /// name that might be in it.
    pub(super) fn of_this_machine() -> Self {
        let mut unread = Vec::new();
        let mut read = |path: &str| {
            let text = fs::read(path).unwrap_or_else(|error: io::Error| {
                unread.push(format!("read {path}: {error}"));
                Vec::new()
            });
            String::from_utf8_lossy(&text).into_owned()
        };
        let (passwd, group) = (read(PASSWD), read(GROUP));
        Self {
            unread,
            ..Self::of(&passwd, &group)
        }
    }

    /// The user with this name.
    pub(super) fn user(&self, name: &str) -> Option<UnixUser> {
        Some(UnixUser {
            text: name.to_owned(),
            uid: *self.users.get(name)?,
        })
    }

    /// The group with this name.
    pub(super) fn group(&self, name: &str) -> Option<UnixGroup> {
        let line = self.groups.iter().find(|line| line.name == name)?;
        Some(UnixGroup {
            text: name.to_owned(),
            ..self.group_of_number(line.gid)
        })
    }

    /// The group with this number, whether it has a name or not.
    pub(super) fn group_of_number(&self, gid: u32) -> UnixGroup {
        // Several names can have one number, and then the members of all of them are in it.
        let lines = self.groups.iter().filter(|line| line.gid == gid);
        let mut members: Vec<u32> = lines
            .flat_map(|line| &line.members)
            .filter_map(|name| self.users.get(name).copied())
            .collect();
        members.sort_unstable();
        members.dedup();
        UnixGroup {
            text: gid.to_string(),
            gid,
            members,
        }
    }

    /// Why somebody may be missing here that the machine knows.
    pub(super) fn unread(&self) -> Option<&str> {
        self.unread.first().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
        alice:x:1001:1001::/home/alice:/bin/sh\n\
        alice:x:7:7::/:/bin/false\n\
        +::::::\n\
        broken\n\
        bob:x:1002:1001::/home/bob:/bin/sh\n";
    const GROUP: &str = "root:x:0:\n\
        adm:x:4:alice,bob,carol\n\
        +:::\n\
        nobody\n\
        logs:x:4:root\n\
        staff:x:50:\n";

    #[test]
    fn users_have_the_number_of_their_first_line() {
        let accounts = Accounts::of(PASSWD, GROUP);
        let uid = |name| accounts.user(name).map(|user| user.uid);
        assert_eq!(uid("root"), Some(0));
        assert_eq!(uid("alice"), Some(1001));
        assert_eq!([uid("+"), uid("broken"), uid("carol"), uid("")], [None; 4]);
    }

    #[test]
    fn groups_have_the_members_of_every_name_of_their_number() {
        let accounts = Accounts::of(PASSWD, GROUP);
        let adm = accounts.group("adm").unwrap();
        // Nobody knows carol's number here.
        assert_eq!((adm.gid, &*adm.members), (4, &[0, 1001, 1002][..]));
        assert_eq!(adm.text, "adm");
        assert_eq!(accounts.group("staff").unwrap().members, [0; 0]);
        assert_eq!(accounts.group("nobody"), None);
        let number = accounts.group_of_number(4);
        assert_eq!((&*number.text, number.members), ("4", adm.members));
        assert_eq!(accounts.group_of_number(99).members, [0; 0]);
    }
}
