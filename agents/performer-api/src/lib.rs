//! hourglass-performer-api
