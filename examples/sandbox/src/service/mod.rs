//! One file per service; each exports its table of endpoints.

mod accounts;
mod alerts;
pub(crate) mod bank;
mod catalog;
mod coupons;
mod finance;
mod identity_check;
mod legacy;
mod notify;
mod orders;
mod points;
pub(crate) mod qr;
mod stock;
mod suppliers;
mod vehicles;
mod wanlitong;

use crate::call::Service;

/// Every service, by prefix.
pub(crate) const SERVICES: &[Service] = &[
    Service { name: "accounts", endpoints: accounts::ENDPOINTS },
    Service { name: "alerts", endpoints: alerts::ENDPOINTS },
    Service { name: "bank", endpoints: bank::ENDPOINTS },
    Service { name: "catalog", endpoints: catalog::ENDPOINTS },
    Service { name: "coupons", endpoints: coupons::ENDPOINTS },
    Service { name: "finance", endpoints: finance::ENDPOINTS },
    Service { name: "identity-check", endpoints: identity_check::ENDPOINTS },
    Service { name: "legacy", endpoints: legacy::ENDPOINTS },
    Service { name: "notify", endpoints: notify::ENDPOINTS },
    Service { name: "orders", endpoints: orders::ENDPOINTS },
    Service { name: "points", endpoints: points::ENDPOINTS },
    Service { name: "qr", endpoints: qr::ENDPOINTS },
    Service { name: "stock", endpoints: stock::ENDPOINTS },
    Service { name: "suppliers", endpoints: suppliers::ENDPOINTS },
    Service { name: "vehicles", endpoints: vehicles::ENDPOINTS },
    Service { name: "wanlitong", endpoints: wanlitong::ENDPOINTS },
];
