import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";
import { hourRange } from "./times";

const DIRECTIONS = ["import", "export"];

function total(numbers) {
    return numbers.reduce((sum, number) => sum + number, 0);
}

/**
 * Return the height of each part of a bar, in percent.
 *
 * A bar grows with the square root of its records, so that ten records are visible
 * beside the thousands of a first import. What is not zero is at least a line.
 */
export function partHeights(numbers, largest) {
    const sum = total(numbers);
    if (!sum) {
        return numbers.map(() => 0);
    }
    const height = 100 * Math.sqrt(sum / largest);
    return numbers.map((number) => (number ? Math.max((height * number) / sum, 6) : 0));
}

/** The last 24 hours: imports above the line, exports below it, failures marked. */
export class HoursStrip extends Component {
    static template = "connector.DashboardHoursStrip";
    static props = { hours: Array, name: String, id: String };
    formatInteger = formatInteger;
    hourRange = hourRange;

    setup() {
        this.state = useState({ hasTable: false });
    }

    get bars() {
        const { hours } = this.props;
        const largest = Math.max(
            1,
            ...DIRECTIONS.flatMap((name) => hours.map((hour) => total(hour[name]))),
        );
        return hours.map((hour) => ({
            at: hour.at,
            title: this.describe(hour),
            directions: DIRECTIONS.map((name) => {
                const [changed, same, failed] = partHeights(hour[name], largest);
                return { name, changed, same, failed };
            }),
        }));
    }

    get totals() {
        const sums = {};
        for (const name of DIRECTIONS) {
            sums[name] = [0, 1, 2].map((part) =>
                total(this.props.hours.map((hour) => hour[name][part])),
            );
        }
        return sums;
    }

    get isEmpty() {
        return DIRECTIONS.every((name) => !total(this.totals[name]));
    }

    /** Return the numbers in words: the text alternative of the strip. */
    get summary() {
        return this.listNumbers(this.totals);
    }

    describe(hour) {
        return `${hourRange(hour.at)}: ${this.listNumbers(hour)}`;
    }

    listNumbers(numbers) {
        const [imported, importedSame, importFailed] = numbers.import;
        const [exported, exportedSame, exportFailed] = numbers.export;
        const same = importedSame + exportedSame;
        const failed = importFailed + exportFailed;
        const texts = [
            imported && _t("%s imported", formatInteger(imported)),
            exported && _t("%s exported", formatInteger(exported)),
            same && _t("%s unchanged or skipped", formatInteger(same)),
            failed && _t("%s failed", formatInteger(failed)),
        ].filter(Boolean);
        return texts.length ? texts.join(", ") : _t("nothing").toString();
    }

    get firstHour() {
        return hourRange(this.props.hours[0].at).split("–")[0];
    }

    get rows() {
        return this.props.hours
            .filter((hour) => DIRECTIONS.some((name) => total(hour[name])))
            .toReversed();
    }

    toggleTable() {
        this.state.hasTable = !this.state.hasTable;
    }
}
