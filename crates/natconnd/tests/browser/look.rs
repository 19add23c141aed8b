//! How a page is looked at: on what screen, by day or by night, with or without
//! scripts; and pictures of it.

use serde_json::json;

use crate::browser::Browser;

/// How a page is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    pub screen: Screen,
    /// Whether the person prefers dark pages.
    pub is_dark: bool,
}

/// On what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Screen {
    /// 1280 × 900.
    Desktop,
    /// 390 × 844, touched.
    Phone,
}

/// By day at a desk.
pub const DESKTOP: Look = Look {
    screen: Screen::Desktop,
    is_dark: false,
};

/// By day on the way.
pub const PHONE: Look = Look {
    screen: Screen::Phone,
    is_dark: false,
};

impl Look {
    /// The same by night.
    pub const fn dark(self) -> Self {
        Self {
            is_dark: true,
            ..self
        }
    }

    /// All of them.
    pub const ALL: [Self; 4] = [DESKTOP, DESKTOP.dark(), PHONE, PHONE.dark()];

    /// `phone-dark`, as files are called.
    pub const fn name(self) -> &'static str {
        match (self.screen, self.is_dark) {
            (Screen::Desktop, false) => "desktop-light",
            (Screen::Desktop, true) => "desktop-dark",
            (Screen::Phone, false) => "phone-light",
            (Screen::Phone, true) => "phone-dark",
        }
    }
}

impl Browser {
    /// Looks at pages in this way from now on.
    pub fn take(&self, look: Look) {
        let (width, height, scale, is_phone) = match look.screen {
            Screen::Desktop => (1280, 900, 1, false),
            Screen::Phone => (390, 844, 1, true),
        };
        self.session.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({
                "width": width, "height": height,
                "screenWidth": width, "screenHeight": height,
                "deviceScaleFactor": scale, "mobile": is_phone,
            }),
        );
        self.session.devtools(
            "Emulation.setTouchEmulationEnabled",
            &json!({ "enabled": is_phone }),
        );
        let scheme = if look.is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.session.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
    }

    /// Pages run no scripts from now on.
    pub fn forbid_scripts(&self) {
        self.session.devtools(
            "Emulation.setScriptExecutionDisabled",
            &json!({ "value": true }),
        );
    }

    /// By how many pixels the page is wider than the screen. A phone shows all of it
    /// then, and all of it too small.
    pub fn overhang(&self) -> i64 {
        let script = "return document.documentElement.scrollWidth - screen.width";
        let pixels = self.run(script, &json!([]));
        pixels.as_i64().expect("a number of pixels")
    }

    /// A picture of the whole page, or of its first `tallest` pixels, as PNG in base64.
    pub fn picture(&self, tallest: u32) -> String {
        let metrics = self.session.devtools("Page.getLayoutMetrics", &json!({}));
        let size = &metrics["cssContentSize"];
        let height = size["height"].as_f64().expect("a height in pixels");
        let height = height.min(f64::from(tallest));
        let clip = json!({
            "x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1,
        });
        let taken = self.session.devtools(
            "Page.captureScreenshot",
            &json!({ "format": "png", "captureBeyondViewport": true, "clip": clip }),
        );
        let picture = taken["data"].as_str().expect("a picture");
        picture.to_owned()
    }
}
