import { describe, expect, test } from "@odoo/hoot";
import { labelWithCount } from "@connector/errors/error_counter";

describe.current.tags("headless");

test("the menu entry has the number of errors, if there are any", () => {
    expect(labelWithCount("Errors", 0)).toBe("Errors");
    expect(labelWithCount("Errors", 6)).toBe("Errors (6)");
    expect(labelWithCount("Errors", 9999)).toBe("Errors (9999)");
    expect(labelWithCount("Errors", 10000)).toBe("Errors (9999+)");
});
