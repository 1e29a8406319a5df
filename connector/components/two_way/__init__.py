# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Components of a connector that imports and exports the same records.

====================  ============================================================
``unconfirmed``       edits whose export is not confirmed, and those that one sends
``kept_edits``        imports that overwrite none of them
``fingerprints``      fields that the backend changed since both sides agreed
``line_edits``        the same for lines
``conflict``          which side wins a field that both sides changed
``adapter``           what the components below ask of the backend; versions of a
                      remote record
``references``        relations of a mapper: bound, matched
``mappers``           an import mapper that is read backwards for exports
``natural_keys``      find records that both sides already have
``first_import``      ask a person before a first import duplicates records
``versions``          remote versions of a record, compared field by field
``creation``          recognize a record that was created by an earlier try
``parents_first``     import parents before children of the same model
====================  ============================================================

``define_default_components(base, TWO_WAY_COMPONENTS)`` defines all of them.
"""
