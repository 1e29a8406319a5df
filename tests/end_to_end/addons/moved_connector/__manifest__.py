{
    "name": "Connector that was written for the OCA addons",
    "summary": "Bindings, a date of the last import, and jobs, to be taken over",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "Connector Suite",
    "license": "LGPL-3",
    "depends": ["connector"],
    "data": ["security/ir.model.access.csv", "data.xml"],
}
