/**
 * Return new data in which all that is equal to the known data is the same object.
 *
 * Components whose props are the same objects are not rendered again: an update of one
 * row touches this row only. Items of lists are compared with those of the same `id`.
 */
export function keepUnchanged(known, fresh) {
    if (Array.isArray(known) && Array.isArray(fresh)) {
        const knownById = new Map(
            known.map((item, index) => [item?.id ?? index, item]),
        );
        const kept = fresh.map((item, index) =>
            keepUnchanged(knownById.get(item?.id ?? index), item),
        );
        return isSame(known, kept, Object.keys(kept)) && known.length === kept.length
            ? known
            : kept;
    }
    if (isObject(known) && isObject(fresh)) {
        const names = Object.keys(fresh);
        const kept = Object.fromEntries(
            names.map((name) => [name, keepUnchanged(known[name], fresh[name])]),
        );
        return isSame(known, kept, names) && Object.keys(known).length === names.length
            ? known
            : kept;
    }
    return fresh;
}

function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSame(known, kept, names) {
    return names.every((name) => known[name] === kept[name]);
}
