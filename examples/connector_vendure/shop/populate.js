// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
//
// Give the shop countries, taxes, products with images, customers and orders; return an API
// key. Customers and orders are made with the Admin API, as an administrator would.
const fs = require("node:fs/promises");
const path = require("node:path");
const sharp = require("sharp");
const { ConfigService, Importer, LanguageCode, Populator } = require("@vendure/core");
const { firstValueFrom, last } = require("rxjs");

const INITIAL_DATA = {
    defaultLanguage: LanguageCode.en,
    defaultZone: "Europe",
    countries: [
        { name: "Austria", code: "AT", zone: "Europe" },
        { name: "France", code: "FR", zone: "Europe" },
        { name: "United Kingdom", code: "GB", zone: "Europe" },
    ],
    taxRates: [
        { name: "Standard Tax", percentage: 20 },
        { name: "Reduced Tax", percentage: 10 },
        { name: "Zero Tax", percentage: 0 },
    ],
    shippingMethods: [{ name: "Standard Shipping", price: 499, taxRate: 20 }],
    paymentMethods: [
        {
            name: "Invoice",
            handler: {
                code: "dummy-payment-handler",
                arguments: [{ name: "automaticSettle", value: "true" }],
            },
        },
    ],
    collections: [],
};
const CUSTOMERS = [
    {
        firstName: "Ada",
        lastName: "Lovelace",
        emailAddress: "ada@example.com",
        phoneNumber: "+44 20 7946 0000",
        addresses: [
            {
                fullName: "Ada Lovelace",
                streetLine1: "12 St James's Square",
                city: "London",
                postalCode: "SW1Y 4JH",
                countryCode: "GB",
                defaultBillingAddress: true,
            },
            {
                fullName: "Ada Lovelace",
                company: "Engine Works",
                streetLine1: "1 Dorset Street",
                streetLine2: "Back door",
                city: "London",
                postalCode: "W1U 4EG",
                countryCode: "GB",
                defaultShippingAddress: true,
            },
        ],
    },
    {
        firstName: "Sophie",
        lastName: "Germain",
        emailAddress: "sophie@example.com",
        addresses: [
            {
                fullName: "Sophie Germain",
                streetLine1: "13 rue de Savoie",
                city: "Paris",
                postalCode: "75006",
                countryCode: "FR",
                defaultShippingAddress: true,
            },
        ],
    },
    {
        firstName: "Kurt",
        lastName: "Gödel",
        emailAddress: "kurt@example.com",
        addresses: [],
    },
];
// customer → quantities by SKU
const ORDERS = [
    [0, { "L-13-8": 1, "M-1": 3 }],
    [1, { "B-1": 7, "K-FR": 2, "G-25": 1 }],
];

async function drawImages(folder) {
    const products = await fs.readFile(path.join(__dirname, "products.csv"), "utf8");
    await fs.mkdir(folder, { recursive: true });
    for (const [index, name] of (products.match(/[\w-]+\.png/g) ?? []).entries()) {
        const background = `hsl(${index * 50}, 60%, 50%)`;
        const image = sharp({
            create: { width: 320, height: 240, channels: 3, background },
        });
        await image.png().toFile(path.join(folder, name));
    }
    return products;
}

function connect(url) {
    const headers = { "content-type": "application/json" };
    return {
        headers,
        async call(query, variables) {
            const body = JSON.stringify({ query, variables });
            const response = await fetch(`${url}/admin-api`, {
                method: "POST",
                headers,
                body,
            });
            const answer = await response.json();
            if (answer.errors) throw new Error(JSON.stringify(answer.errors));
            return { response, data: answer.data };
        },
    };
}

async function createCustomers({ call }) {
    const ids = [];
    for (const { addresses, ...input } of CUSTOMERS) {
        const { data } = await call(
            `mutation ($input: CreateCustomerInput!) {
        createCustomer(input: $input) { ... on Customer { id } }
      }`,
            { input },
        );
        ids.push(data.createCustomer.id);
        for (const address of addresses) {
            await call(
                `mutation ($id: ID!, $input: CreateAddressInput!) {
          createCustomerAddress(customerId: $id, input: $input) { id }
        }`,
                { id: ids.at(-1), input: address },
            );
        }
    }
    return ids;
}

async function createOrders({ call }, customerIds) {
    const variants = (await call("{ productVariants { items { id sku } } }")).data
        .productVariants.items;
    for (const [customer, quantities] of ORDERS) {
        const id = (await call("mutation { createDraftOrder { id } }")).data
            .createDraftOrder.id;
        for (const [sku, quantity] of Object.entries(quantities)) {
            const variant = variants.find((each) => each.sku === sku).id;
            await call(
                `mutation ($id: ID!, $input: AddItemToDraftOrderInput!) {
          addItemToDraftOrder(orderId: $id, input: $input) { __typename }
        }`,
                { id, input: { productVariantId: variant, quantity } },
            );
        }
        const { defaultBillingAddress, defaultShippingAddress, ...address } =
            CUSTOMERS[customer].addresses.at(-1);
        await call(
            `mutation ($id: ID!, $customer: ID!, $address: CreateAddressInput!) {
        setCustomerForDraftOrder(orderId: $id, customerId: $customer) { __typename }
        setDraftOrderShippingAddress(orderId: $id, input: $address) { id }
        setDraftOrderBillingAddress(orderId: $id, input: $address) { id }
        setDraftOrderShippingMethod(orderId: $id, shippingMethodId: 1) { __typename }
        transitionOrderToState(id: $id, state: "ArrangingPayment") { __typename }
        addManualPaymentToOrder(input: { orderId: $id, method: "invoice", transactionId: "1", metadata: {} }) { __typename }
      }`,
            { id, customer: customerIds[customer], address },
        );
    }
}

async function populate(app, url, password) {
    const products = await drawImages(
        app.get(ConfigService).importExportOptions.importAssetsDir,
    );
    await app.get(Populator).populateInitialData(INITIAL_DATA);
    const imported = app.get(Importer).parseAndImport(products, LanguageCode.en);
    const { errors } = await firstValueFrom(imported.pipe(last()));
    if (errors.length) throw new Error(errors.join("\n"));

    const shop = connect(url);
    const { response, data } = await shop.call(
        `mutation ($password: String!) {
      login(username: "superadmin", password: $password) { __typename }
    }`,
        { password },
    );
    shop.headers.authorization = `Bearer ${response.headers.get("vendure-auth-token")}`;
    await createOrders(shop, await createCustomers(shop));
    const made = await shop.call(
        `mutation {
      createApiKey(input: { roleIds: [1], translations: [{ languageCode: en, name: "Odoo" }] }) { apiKey }
    }`,
    );
    return made.data.createApiKey.apiKey;
}

module.exports = { populate };
