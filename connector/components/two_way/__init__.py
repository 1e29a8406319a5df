# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Components of a connector that imports and exports the same records.

====================  ============================================================
``unconfirmed``       edits whose export is not confirmed, and those that one sends
``kept_edits``        imports that overwrite none of them; ``import_hooks`` of it
``fingerprints``      fields that the backend changed since both sides agreed
``line_merge``        the same for lines
``line_edits``        the same for lines that have bindings
``conflict``          which side wins a field that both sides changed
``adapter``           what the components below ask of the backend
``references``        relations of a mapper: bound, matched, required
``mappers``           an import mapper that is read backwards for exports
``matcher``           local records that match remote ones without a binding
``natural_keys``      bind records that both sides already have
``first_import``      ask a person before a first import duplicates records
``version``,          remote versions of a record, compared field by field
``versions``
``creation``          recognize a record that was created by an earlier try
``parents_first``     import parents before children of the same model
====================  ============================================================

``define_default_components(base, TWO_WAY_COMPONENTS)`` defines all of them.
"""
