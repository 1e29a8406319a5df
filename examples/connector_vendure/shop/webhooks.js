// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
//
// Plugin that posts a webhook for each change in the shop, signed as
// https://www.standardwebhooks.com describes. Subscriptions are records of the Admin API.
const crypto = require("node:crypto");
const { gql } = require("graphql-tag");
const { Args, Mutation, Query, Resolver } = require("@nestjs/graphql");
const {
    Allow,
    CustomerAddressEvent,
    CustomerEvent,
    EventBus,
    JobQueueService,
    OrderStateTransitionEvent,
    Permission,
    PluginCommonModule,
    ProductEvent,
    ProductOptionEvent,
    ProductOptionGroupEvent,
    ProductVariantEvent,
    StockMovementEvent,
    VendurePlugin,
} = require("@vendure/core");

const RETRIES = 5;
const TIMEOUT = 10_000;
// event → type of the webhook, changed records; deliveries begin after the commit
const CHANGES = [
    [ProductOptionGroupEvent, "attribute", (event) => [event.entity]],
    [
        ProductOptionEvent,
        "attribute",
        (event) => [{ id: event.entity.groupId ?? event.entity.group?.id }],
    ],
    [ProductEvent, "product", (event) => [event.entity]],
    [ProductVariantEvent, "variant", (event) => event.entity],
    [
        StockMovementEvent,
        "variant",
        (event) => event.stockMovements.map((movement) => movement.productVariant),
    ],
    [CustomerEvent, "customer", (event) => [event.entity]],
    [CustomerAddressEvent, "customer", (event) => [event.entity.customer]],
    [OrderStateTransitionEvent, "order", (event) => [event.order]],
];

class Webhooks {
    subscriptions = new Map();

    constructor(events, jobs) {
        this.events = events;
        this.jobs = jobs;
    }

    async onApplicationBootstrap() {
        this.queue = await this.jobs.createQueue({
            name: "webhooks",
            process: (job) => this.deliver(job.data),
        });
        for (const [event, type, records] of CHANGES) {
            this.events
                .ofType(event)
                .subscribe((each) => this.notify(type, records(each)));
        }
    }

    notify(type, records) {
        const ids = new Set(
            records.filter((record) => record?.id).map((record) => String(record.id)),
        );
        for (const id of ids) {
            const body = JSON.stringify({
                type,
                timestamp: new Date().toISOString(),
                data: { id },
            });
            for (const subscription of this.subscriptions.keys()) {
                const job = { id: `msg_${crypto.randomUUID()}`, subscription, body };
                this.queue.add(job, { retries: RETRIES });
            }
        }
    }

    async deliver({ id, subscription, body }) {
        const { url, secret } = this.subscriptions.get(subscription) ?? {};
        if (!url) return;
        const timestamp = Math.floor(Date.now() / 1000);
        const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
        const signature = crypto
            .createHmac("sha256", key)
            .update(`${id}.${timestamp}.${body}`)
            .digest("base64");
        const response = await fetch(url, {
            method: "POST",
            body,
            headers: {
                "content-type": "application/json",
                "webhook-id": id,
                "webhook-timestamp": String(timestamp),
                "webhook-signature": `v1,${signature}`,
            },
            signal: AbortSignal.timeout(TIMEOUT),
        });
        // the job is retried
        if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    }
}

class WebhookResolver {
    constructor(webhooks) {
        this.subscriptions = webhooks.subscriptions;
    }

    webhooks() {
        return [...this.subscriptions.values()];
    }

    createWebhook({ url, secret }) {
        const id = crypto.randomUUID();
        this.subscriptions.set(id, { id, url, secret });
        return { id, url };
    }

    deleteWebhook({ id }) {
        return this.subscriptions.delete(id);
    }
}

class WebhookPlugin {}

// what TypeScript would write as @Resolver(), @Query(), …
function decorate(type, dependencies) {
    Reflect.defineMetadata("design:paramtypes", dependencies, type);
}

decorate(Webhooks, [EventBus, JobQueueService]);
decorate(WebhookResolver, [Webhooks]);
Resolver()(WebhookResolver);
for (const [name, kind] of [
    ["webhooks", Query],
    ["createWebhook", Mutation],
    ["deleteWebhook", Mutation],
]) {
    const property = Object.getOwnPropertyDescriptor(WebhookResolver.prototype, name);
    kind()(WebhookResolver.prototype, name, property);
    Allow(Permission.UpdateSettings)(WebhookResolver.prototype, name, property);
    Args()(WebhookResolver.prototype, name, 0);
}
VendurePlugin({
    imports: [PluginCommonModule],
    compatibility: "^3.0.0",
    providers: [Webhooks],
    adminApiExtensions: {
        resolvers: [WebhookResolver],
        schema: gql`
            type Webhook {
                id: ID!
                url: String!
            }
            extend type Query {
                webhooks: [Webhook!]!
            }
            extend type Mutation {
                "secret: whsec_ and the key as base64"
                createWebhook(url: String!, secret: String!): Webhook!
                deleteWebhook(id: ID!): Boolean!
            }
        `,
    },
})(WebhookPlugin);

module.exports = { WebhookPlugin };
