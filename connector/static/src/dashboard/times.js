/** Times in words, in the time zone and the language of the user. */

import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;
const MINUTE = 60 * 1000;

/** Return the format of hours and minutes, without seconds. */
function shortTimeFormat() {
    return localization.timeFormat.replace(/[:.]ss/, "");
}

/** Return a time (UTC, as Odoo writes it) as hours and minutes, with the day if it is another one. */
export function clock(text, now) {
    const time = deserializeDateTime(text);
    const hours = time.toFormat(shortTimeFormat());
    if (time.hasSame(DateTime.fromMillis(now), "day")) {
        return hours;
    }
    return `${time.toLocaleString({ day: "numeric", month: "short" })}, ${hours}`;
}

/** Return how long ago a time was, or in how long it will be. */
export function ago(text, now) {
    const time = deserializeDateTime(text);
    const milliseconds = now - time.toMillis();
    if (Math.abs(milliseconds) < MINUTE) {
        return milliseconds >= 0 ? _t("just now").toString() : _t("soon").toString();
    }
    return time.toRelative({ base: DateTime.fromMillis(now), style: "short" });
}

/** Return whether a time is over, by more than a minute. */
export function isPast(text, now) {
    return now - deserializeDateTime(text).toMillis() > MINUTE;
}

/** Return for how long something has waited since a time. */
export function age(text, now) {
    const minutes = Math.max(0, (now - deserializeDateTime(text).toMillis()) / MINUTE);
    const [unit, amount] =
        minutes < 60
            ? ["minute", minutes]
            : minutes < 48 * 60
              ? ["hour", minutes / 60]
              : ["day", minutes / 60 / 24];
    const { locale } = DateTime.now();
    return new Intl.NumberFormat(locale, {
        style: "unit",
        unit,
        unitDisplay: "short",
        maximumFractionDigits: 0,
    }).format(Math.floor(amount));
}

/** Return the full time, for a tooltip. */
export function exactly(text) {
    return text ? formatDateTime(deserializeDateTime(text)) : "";
}

/** Return an hour as "13:00–14:00". */
export function hourRange(text) {
    const start = deserializeDateTime(text);
    const format = shortTimeFormat();
    return `${start.toFormat(format)}–${start.plus({ hours: 1 }).toFormat(format)}`;
}
