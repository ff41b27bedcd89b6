/** English names of what permissions are about, where no entity names it and the word alone would say little. */
export const namesEn: Record<string, string> = {
  'areas.organisation': 'Organisation',
  'entities.user': 'Person', 'entities.user.plural': 'People', 'entities.role': 'Role', 'entities.role.plural': 'Roles', 'entities.api_token': 'API token', 'entities.api_token.plural': 'API tokens', 'entities.organization': 'Organisation', 'entities.organization.plural': 'Organisation',
  'resources.audit_log': 'Audit log', 'resources.users': 'People', 'resources.api_tokens': 'API tokens', 'resources.bom': 'Bills of materials', 'resources.ncr': 'Non-conformances', 'resources.pm': 'Preventive maintenance',
  'resources.sap': 'SAP', 'resources.spc': 'Control charts (SPC)', 'resources.lots': 'Lots', 'resources.serials': 'Serial numbers', 'resources.downtime': 'Stops',
  'verbs.read_all': 'see all', 'verbs.status': 'change the state', 'verbs.approve_minor': 'approve minor ones',
};
