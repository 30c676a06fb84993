//! Which addresses may be connected to at all. Pure: judges an address, resolves nothing, opens nothing.
//!
//! Every spelling of an address (octal, hex, dotless, IPv4 inside IPv6) has become an `IpAddr` before it
//! comes here, so there is nothing left to disguise.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// How far a connection may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Public addresses only.
    Public,
    /// Public addresses and this machine, while developing.
    Development,
    /// Also private networks and this machine: the connection says `internal: true`.
    Internal,
}

/// Why an address is not like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Loopback,
    Private,
    LinkLocal,
    Multicast,
    Unspecified,
    Metadata,
    Reserved,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "an address of this machine",
            Self::Private => "a private address",
            Self::LinkLocal => "a link-local address",
            Self::Multicast => "a multicast address",
            Self::Unspecified => "no address at all",
            Self::Metadata => "a cloud metadata service",
            Self::Reserved => "a reserved address",
        })
    }
}

/// Metadata services that live outside the link-local range: Alibaba, Oracle, Azure.
const METADATA_V4: [Ipv4Addr; 4] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(168, 63, 129, 16),
];
/// AWS and Google.
const METADATA_V6: [Ipv6Addr; 2] =
    [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];

/// Whether `address` may be connected to by a connection of that reach.
pub(super) fn check(address: IpAddr, reach: Reach) -> Result<(), Kind> {
    let Some(kind) = kind(address) else { return Ok(()) };
    let is_allowed = match reach {
        Reach::Public => false,
        Reach::Development => kind == Kind::Loopback,
        Reach::Internal => matches!(kind, Kind::Loopback | Kind::Private),
    };
    if is_allowed { Ok(()) } else { Err(kind) }
}

/// `None` for an ordinary public address.
fn kind(address: IpAddr) -> Option<Kind> {
    match address {
        IpAddr::V4(address) => kind_v4(address),
        IpAddr::V6(address) => kind_v6(address),
    }
}

fn kind_v4(address: Ipv4Addr) -> Option<Kind> {
    let [a, b, c, _] = address.octets();
    if METADATA_V4.contains(&address) {
        return Some(Kind::Metadata);
    }
    Some(match (a, b, c) {
        (0, ..) => Kind::Unspecified,
        (127, ..) => Kind::Loopback,
        (169, 254, _) => Kind::LinkLocal,
        // RFC 1918, RFC 6598 (carrier-grade NAT), RFC 2544 (benchmarks inside a network).
        (10, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) | (198, 18..=19, _) => {
            Kind::Private
        }
        (224..=239, ..) => Kind::Multicast,
        (192, 0, 0) | (240..=255, ..) => Kind::Reserved,
        _ => return None,
    })
}

fn kind_v6(address: Ipv6Addr) -> Option<Kind> {
    if METADATA_V6.contains(&address) {
        return Some(Kind::Metadata);
    }
    let segments = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    Some(match segments {
        [0, 0, 0, 0, 0, 0, 0, 0] => Kind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Loopback,
        // An IPv4 address in IPv6 clothes: mapped, translated (RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056).
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => return kind_v4(v4(high, low)),
        [0xfe80..=0xfebf, ..] => Kind::LinkLocal,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Kind::Private,
        [0xff00..=0xffff, ..] => Kind::Multicast,
        // Teredo and documentation lie inside the public block; all the rest outside it is unassigned.
        [0x2001, 0 | 0xdb8, ..] => Kind::Reserved,
        [0x2000..=0x3fff, ..] => return None,
        _ => Kind::Reserved,
    })
}

#[cfg(test)]
mod tests {
    use super::{Kind, Reach, check};

    fn refused(address: &str, reach: Reach) -> Option<Kind> {
        check(address.parse().unwrap(), reach).err()
    }

    #[test]
    fn nobody_reaches_metadata_link_local_multicast_or_nothing() {
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::ffff:0:a9fe:a9fe",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "fd00:ec2::254",
            "169.254.1.1",
            "fe80::1",
            "224.0.0.1",
            "ff02::1",
            "255.255.255.255",
            "240.0.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "::7f00:1",
            "2001:0:7f00:1::1",
            "64:ff9b:1::1",
        ] {
            assert!(refused(address, Reach::Internal).is_some(), "{address} was allowed");
        }
    }

    #[test]
    fn private_and_loopback_need_an_internal_connection() {
        for address in [
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "100.64.0.1",
            "fd12::1",
            "fec0::1",
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2002:c0a8:1::",
        ] {
            assert!(refused(address, Reach::Public).is_some(), "{address} was allowed");
            assert_eq!(refused(address, Reach::Internal), None, "{address} was refused");
        }
        assert_eq!(refused("127.0.0.1", Reach::Development), None);
        assert_eq!(refused("10.0.0.1", Reach::Development), Some(Kind::Private));
    }

    #[test]
    fn public_addresses_pass() {
        for address in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101"] {
            assert_eq!(refused(address, Reach::Public), None, "{address} was refused");
        }
    }
}
