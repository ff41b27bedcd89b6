/**
 * The server's API as types, made from its OpenAPI document by `npm run generate`. Not edited by hand.
 */
export interface paths {
    "/api/v1/api-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Keys of other programs */
        get: operations["get_api_tokens"];
        put?: never;
        /** Make a key; it is answered once */
        post: operations["post_api_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A key's record */
        get: operations["get_api_tokens_id"];
        put?: never;
        post?: never;
        /** Revoke a key */
        delete: operations["delete_api_tokens_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-tokens/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revoke a key */
        post: operations["post_api_tokens_id_revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-tokens/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV, without keys */
        get: operations["get_api_tokens_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-tokens/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a page must know to show API tokens */
        get: operations["get_api_tokens_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed what */
        get: operations["get_audit_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in */
        post: operations["post_auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session */
        post: operations["post_auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the own password; ends all other sessions */
        post: operations["post_auth_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/switch-plant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Choose another plant */
        post: operations["post_auth_switch_plant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar-days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_calendar_days"];
        put?: never;
        /** Make a record */
        post: operations["post_calendar_days"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar-days/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_calendar_days_id"];
        /** Change a record: what the body names */
        put: operations["put_calendar_days_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_calendar_days_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_calendar_days_id"];
        trace?: never;
    };
    "/api/v1/calendar-days/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_calendar_days_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar-days/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_calendar_days_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar-days/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_calendar_days_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar-days/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_calendar_days_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar-days/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_calendar_days_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/categories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_categories"];
        put?: never;
        /** Make a record */
        post: operations["post_categories"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/categories/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_categories_id"];
        /** Change a record: what the body names */
        put: operations["put_categories_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_categories_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_categories_id"];
        trace?: never;
    };
    "/api/v1/categories/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_categories_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/categories/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_categories_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/categories/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_categories_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/categories/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_categories_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/categories/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_categories_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/custom-fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Fields that the organisation added */
        get: operations["get_custom_fields"];
        put?: never;
        /** Make a record */
        post: operations["post_custom_fields"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/custom-fields/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_custom_fields_id"];
        /** Change a record: what the body names */
        put: operations["put_custom_fields_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_custom_fields_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_custom_fields_id"];
        trace?: never;
    };
    "/api/v1/custom-fields/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_custom_fields_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/custom-fields/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_custom_fields_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/custom-fields/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_custom_fields_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/custom-fields/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_custom_fields_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/custom-fields/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_custom_fields_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_customers"];
        put?: never;
        /** Make a record */
        post: operations["post_customers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_customers_id"];
        /** Change a record: what the body names */
        put: operations["put_customers_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_customers_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_customers_id"];
        trace?: never;
    };
    "/api/v1/customers/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_customers_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_customers_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_customers_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_customers_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_customers_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/departments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_departments"];
        put?: never;
        /** Make a record */
        post: operations["post_departments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/departments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_departments_id"];
        /** Change a record: what the body names */
        put: operations["put_departments_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_departments_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_departments_id"];
        trace?: never;
    };
    "/api/v1/departments/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_departments_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/departments/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_departments_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/departments/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_departments_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/departments/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_departments_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/departments/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_departments_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document for people */
        get: operations["get_docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downtime-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Stops */
        get: operations["get_downtime_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downtime-events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One stop */
        get: operations["get_downtime_events_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downtime-events/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All that was recorded of a stop */
        get: operations["get_downtime_events_id_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downtime-pareto": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reasons by time lost */
        get: operations["get_downtime_pareto"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downtime-reasons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_downtime_reasons"];
        put?: never;
        /** Make a record */
        post: operations["post_downtime_reasons"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downtime-reasons/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_downtime_reasons_id"];
        /** Change a record: what the body names */
        put: operations["put_downtime_reasons_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_downtime_reasons_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_downtime_reasons_id"];
        trace?: never;
    };
    "/api/v1/downtime-reasons/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_downtime_reasons_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downtime-reasons/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_downtime_reasons_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downtime-reasons/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_downtime_reasons_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downtime-reasons/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_downtime_reasons_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downtime-reasons/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_downtime_reasons_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/edges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Edges and their links */
        get: operations["get_edges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/edges/{id}/release-quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an edge again whose log contradicted what was held */
        post: operations["post_edges_id_release_quarantine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/edges/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cut an edge off for ever; its machines may be given to another */
        post: operations["post_edges_id_revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/edges/enrol": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in an edge with a one-time token */
        post: operations["post_edges_enrol"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the caller may read */
        get: operations["get_entities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Live events (server-sent): snapshot, machines, production_log, work_order, downtime, heartbeat */
        get: operations["get_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a file for a custom field */
        post: operations["post_files"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of a record that may be read */
        get: operations["get_files_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server works */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/help-calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls for help from machines */
        get: operations["get_help_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Files that were taken in */
        get: operations["get_imports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an import back */
        post: operations["post_imports_id_undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/kpi/figures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All figures by machine, lane, shift, work order, hour or day */
        get: operations["get_kpi_figures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/kpi/oee": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** OEE of a range */
        get: operations["get_kpi_oee"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/kpi/oee/trend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** OEE day by day */
        get: operations["get_kpi_oee_trend"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lanes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_lanes"];
        put?: never;
        /** Make a record */
        post: operations["post_lanes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lanes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_lanes_id"];
        /** Change a record: what the body names */
        put: operations["put_lanes_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_lanes_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_lanes_id"];
        trace?: never;
    };
    "/api/v1/lanes/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_lanes_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lanes/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_lanes_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lanes/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_lanes_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lanes/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_lanes_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lanes/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_lanes_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/locations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_locations"];
        put?: never;
        /** Make a record */
        post: operations["post_locations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/locations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_locations_id"];
        /** Change a record: what the body names */
        put: operations["put_locations_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_locations_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_locations_id"];
        trace?: never;
    };
    "/api/v1/locations/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_locations_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/locations/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_locations_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/locations/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_locations_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/locations/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_locations_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/locations/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_locations_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machine-tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_machine_tags"];
        put?: never;
        /** Make a record */
        post: operations["post_machine_tags"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machine-tags/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_machine_tags_id"];
        /** Change a record: what the body names */
        put: operations["put_machine_tags_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_machine_tags_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_machine_tags_id"];
        trace?: never;
    };
    "/api/v1/machine-tags/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_machine_tags_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machine-tags/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_machine_tags_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machine-tags/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_machine_tags_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machine-tags/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_machine_tags_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machine-tags/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_machine_tags_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Machines as they are now */
        get: operations["get_machines"];
        put?: never;
        /** Make a record */
        post: operations["post_machines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machines/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A machine as it is now */
        get: operations["get_machines_id"];
        /** Change a record: what the body names */
        put: operations["put_machines_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_machines_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_machines_id"];
        trace?: never;
    };
    "/api/v1/machines/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_machines_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machines/{id}/ribbon": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a machine did */
        get: operations["get_machines_id_ribbon"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machines/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_machines_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machines/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_machines_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machines/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_machines_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machines/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_machines_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/materials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_materials"];
        put?: never;
        /** Make a record */
        post: operations["post_materials"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/materials/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_materials_id"];
        /** Change a record: what the body names */
        put: operations["put_materials_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_materials_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_materials_id"];
        trace?: never;
    };
    "/api/v1/materials/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_materials_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/materials/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_materials_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/materials/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_materials_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/materials/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_materials_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/materials/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_materials_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in */
        get: operations["get_me"];
        /** Change the own profile */
        put: operations["put_me"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The own sessions */
        get: operations["get_me_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of the own sessions */
        delete: operations["delete_me_sessions_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures for Prometheus */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["get_openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organization": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Settings */
        get: operations["get_organization"];
        /** Change settings */
        put: operations["put_organization"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organization/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of the settings must know */
        get: operations["get_organization_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_plants"];
        put?: never;
        /** Make a record */
        post: operations["post_plants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_plants_id"];
        /** Change a record: what the body names */
        put: operations["put_plants_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_plants_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_plants_id"];
        trace?: never;
    };
    "/api/v1/plants/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_plants_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plants/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_plants_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plants/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_plants_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plants/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_plants_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plants/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_plants_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/production-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Production logs, newest first */
        get: operations["get_production_logs"];
        put?: never;
        /** Log production */
        post: operations["post_production_logs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_products"];
        put?: never;
        /** Make a record */
        post: operations["post_products"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_products_id"];
        /** Change a record: what the body names */
        put: operations["put_products_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_products_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_products_id"];
        trace?: never;
    };
    "/api/v1/products/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_products_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_products_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_products_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_products_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_products_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_projects"];
        put?: never;
        /** Make a record */
        post: operations["post_projects"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_projects_id"];
        /** Change a record: what the body names */
        put: operations["put_projects_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_projects_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_projects_id"];
        trace?: never;
    };
    "/api/v1/projects/{id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Activate */
        post: operations["post_projects_id_activate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Archive */
        post: operations["post_projects_id_archive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel */
        post: operations["post_projects_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Complete */
        post: operations["post_projects_id_complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pause */
        post: operations["post_projects_id_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_projects_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resume */
        post: operations["post_projects_id_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_projects_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_projects_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_projects_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_projects_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Roles that people can have, built-in ones first */
        get: operations["get_roles"];
        put?: never;
        /** Make a role */
        post: operations["post_roles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A role, by code or id */
        get: operations["get_roles_id"];
        /** Change a role; counts at the next log-in */
        put: operations["put_roles_id"];
        post?: never;
        /** Archive a role that nobody has */
        delete: operations["delete_roles_id"];
        options?: never;
        head?: never;
        /** Change a role; counts at the next log-in */
        patch: operations["patch_roles_id"];
        trace?: never;
    };
    "/api/v1/roles/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a role back */
        post: operations["post_roles_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_roles_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_roles_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_roles_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_roles_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrap-reasons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_scrap_reasons"];
        put?: never;
        /** Make a record */
        post: operations["post_scrap_reasons"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrap-reasons/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_scrap_reasons_id"];
        /** Change a record: what the body names */
        put: operations["put_scrap_reasons_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_scrap_reasons_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_scrap_reasons_id"];
        trace?: never;
    };
    "/api/v1/scrap-reasons/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_scrap_reasons_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrap-reasons/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_scrap_reasons_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrap-reasons/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_scrap_reasons_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrap-reasons/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_scrap_reasons_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrap-reasons/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_scrap_reasons_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Records of all kinds that hold a text */
        get: operations["get_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shift-handovers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What shifts left to the next */
        get: operations["get_shift_handovers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shifts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shifts of plants */
        get: operations["get_shifts"];
        put?: never;
        /** Make a record */
        post: operations["post_shifts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shifts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_shifts_id"];
        /** Change a record: what the body names */
        put: operations["put_shifts_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_shifts_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_shifts_id"];
        trace?: never;
    };
    "/api/v1/shifts/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_shifts_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shifts/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_shifts_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shifts/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_shifts_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shifts/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_shifts_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shifts/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_shifts_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppliers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_suppliers"];
        put?: never;
        /** Make a record */
        post: operations["post_suppliers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppliers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_suppliers_id"];
        /** Change a record: what the body names */
        put: operations["put_suppliers_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_suppliers_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_suppliers_id"];
        trace?: never;
    };
    "/api/v1/suppliers/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_suppliers_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppliers/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_suppliers_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppliers/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_suppliers_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppliers/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_suppliers_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppliers/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_suppliers_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tag-writes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Values that people wrote to devices */
        get: operations["get_tag_writes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/units": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_units"];
        put?: never;
        /** Make a record */
        post: operations["post_units"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/units/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_units_id"];
        /** Change a record: what the body names */
        put: operations["put_units_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_units_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_units_id"];
        trace?: never;
    };
    "/api/v1/units/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_units_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/units/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_units_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/units/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_units_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/units/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_units_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/units/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_units_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** People */
        get: operations["get_users"];
        put?: never;
        /** Take in a person; answers their first password once */
        post: operations["post_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person */
        get: operations["get_users_id"];
        /** Change a person */
        put: operations["put_users_id"];
        post?: never;
        /** Disable a person; ends their sessions */
        delete: operations["delete_users_id"];
        options?: never;
        head?: never;
        /** Change a person */
        patch: operations["patch_users_id"];
        trace?: never;
    };
    "/api/v1/users/{id}/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new first password, answered once */
        post: operations["post_users_id_reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enable a person again */
        post: operations["post_users_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_users_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_users_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_users_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_users_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of the list */
        get: operations["get_work_orders"];
        put?: never;
        /** Make a record */
        post: operations["post_work_orders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record, by id or code */
        get: operations["get_work_orders_id"];
        /** Change a record: what the body names */
        put: operations["put_work_orders_id"];
        post?: never;
        /** Archive a record */
        delete: operations["delete_work_orders_id"];
        options?: never;
        head?: never;
        /** Change a record: what the body names */
        patch: operations["patch_work_orders_id"];
        trace?: never;
    };
    "/api/v1/work-orders/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel */
        post: operations["post_work_orders_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Complete a work order */
        put: operations["put_work_orders_id_complete"];
        /** Complete a work order */
        post: operations["post_work_orders_id_complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Pause a work order */
        put: operations["put_work_orders_id_pause"];
        /** Pause a work order */
        post: operations["post_work_orders_id_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Release */
        post: operations["post_work_orders_id_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore an archived record */
        post: operations["post_work_orders_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Resume a work order */
        put: operations["put_work_orders_id_resume"];
        /** Resume a work order */
        post: operations["post_work_orders_id_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Start a work order */
        put: operations["put_work_orders_id_start"];
        /** Start a work order */
        post: operations["post_work_orders_id_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One action on many records */
        post: operations["post_work_orders_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rows of the list as CSV */
        get: operations["get_work_orders_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a form of it must know */
        get: operations["get_work_orders_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work-orders/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in a CSV file, or try to */
        post: operations["post_work_orders_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Activate: Record<string, never>;
        /** @description What the signals say. On the wire the number is the position in this list: only ever append. */
        Activity: "running" | "idle" | "setup" | "blocked" | "starved" | "down" | "no_data";
        /** @description Something that can be done to a record, and why not if not: the page disables the button and says why. */
        AllowedAction: {
            action: string;
            allowed: boolean;
            reason?: string | null;
        };
        ApiTokenBody: {
            all_plants?: boolean | null;
            /** @description RFC 3339 time; never when left out. */
            expires_at?: string | null;
            name: string;
            plant_ids?: number[] | null;
            roles: string[];
        };
        /** @description One page of keys. */
        ApiTokenList: {
            api_tokens: components["schemas"]["ApiTokenView"][];
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            /** Format: uint64 */
            total: number;
        };
        /** @description A key of a program. */
        ApiTokenView: {
            all_plants: boolean;
            allowed_actions: components["schemas"]["AllowedAction"][];
            /** Format: date-time */
            created_at: string;
            created_by: components["schemas"]["Person"];
            /** Format: date-time */
            expires_at?: string | null;
            /** @description The key's first characters. */
            hint: string;
            /** Format: int64 */
            id: number;
            is_active: boolean;
            /**
             * Format: date-time
             * @description Known to the minute.
             */
            last_used_at?: string | null;
            name: string;
            plant_ids: number[];
            plants: components["schemas"]["PlantRef"][];
            /** Format: date-time */
            revoked_at?: string | null;
            roles: string[];
            /** Format: date-time */
            updated_at: string;
            /** Format: int64 */
            version: number;
        };
        Archive: Record<string, never>;
        /** @description One change. */
        AuditEntry: {
            action: string;
            actor: string;
            /** Format: date-time */
            at: string;
            changes: components["schemas"]["FieldChange"][];
            entity: string;
            entity_id: string;
            /** Format: int64 */
            pos: number;
            /** Format: int64 */
            user_id?: number | null;
        };
        AuditList: {
            audit_log: components["schemas"]["AuditEntry"][];
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            /** Format: uint64 */
            total: number;
        };
        /** @description A break at a known time. */
        Break: {
            /** Format: time */
            from: string;
            /** Format: uint16 */
            minutes: number;
        };
        Bulk: {
            /** @description archive, restore, update or a verb of the entity. */
            action: string;
            /**
             * @description For an update: the new values. For a verb: what it asks for.
             * @default {}
             */
            changes: {
                [key: string]: unknown;
            };
            ids: number[];
        };
        /**
         * @description What figures are told apart by.
         * @enum {string}
         */
        By: "machine" | "lane" | "shift" | "work_order" | "hour" | "day";
        CalendarDay: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /** Format: date */
            first_day: string;
            id?: number;
            is_active?: boolean;
            /**
             * @description Comes again each year.
             * @default false
             */
            is_yearly: boolean;
            /**
             * @description No shift starts on a holiday or in a shutdown; an extra working day stands above both.
             * @default holiday
             */
            kind: components["schemas"]["Kind"];
            /**
             * Format: date
             * @description The last day of a range; the first day for a single one.
             */
            last_day: string;
            name: string;
            /**
             * Format: int64
             * @description Empty for all plants of the organisation.
             */
            plant_id?: number | null;
            readonly plant_name?: string | null;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
            /** @description The weekday whose shifts an extra working day has. */
            works_like?: components["schemas"]["Weekday"] | null;
        };
        CalendarDayCreate: {
            custom_fields?: Record<string, never>;
            /** Format: date */
            first_day: string;
            /**
             * @description Comes again each year.
             * @default false
             */
            is_yearly: boolean;
            /**
             * @description No shift starts on a holiday or in a shutdown; an extra working day stands above both.
             * @default holiday
             */
            kind: components["schemas"]["Kind"];
            /**
             * Format: date
             * @description The last day of a range; the first day for a single one.
             */
            last_day: string;
            name: string;
            /**
             * Format: int64
             * @description Empty for all plants of the organisation.
             */
            plant_id?: number | null;
            /** @description The weekday whose shifts an extra working day has. */
            works_like?: components["schemas"]["Weekday"] | null;
        };
        CalendarDayList: {
            calendar_days?: components["schemas"]["CalendarDay"][];
            page?: number;
            per_page?: number;
            total?: number;
        };
        CalendarDayUpdate: {
            custom_fields?: Record<string, never>;
            /** Format: date */
            first_day?: string;
            /**
             * @description Comes again each year.
             * @default false
             */
            is_yearly: boolean;
            /**
             * @description No shift starts on a holiday or in a shutdown; an extra working day stands above both.
             * @default holiday
             */
            kind: components["schemas"]["Kind"];
            /**
             * Format: date
             * @description The last day of a range; the first day for a single one.
             */
            last_day?: string;
            name?: string;
            /**
             * Format: int64
             * @description Empty for all plants of the organisation.
             */
            plant_id?: number | null;
            /** @description The version that was read */
            version: number;
            /** @description The weekday whose shifts an extra working day has. */
            works_like?: components["schemas"]["Weekday"] | null;
        };
        Cancel: Record<string, never>;
        /** @description Gives a work order up before it starts (WO-02 T7, T8). */
        Cancel2: Record<string, never>;
        Category: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            description?: string | null;
            id?: number;
            is_active?: boolean;
            /** @description Such as "Raw Materials - Steel". */
            name: string;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        CategoryCreate: {
            custom_fields?: Record<string, never>;
            description?: string | null;
            /** @description Such as "Raw Materials - Steel". */
            name: string;
        };
        CategoryList: {
            categories?: components["schemas"]["Category"][];
            page?: number;
            per_page?: number;
            total?: number;
        };
        CategoryUpdate: {
            custom_fields?: Record<string, never>;
            description?: string | null;
            /** @description Such as "Raw Materials - Steel". */
            name?: string;
            /** @description The version that was read */
            version: number;
        };
        CellError: {
            column?: string | null;
            field?: string | null;
            /**
             * Format: uint
             * @description Line of the file; the names stand in line 1.
             */
            line: number;
            message: string;
        };
        /** @description Body of a change of password. */
        ChangePassword: {
            current_password: string;
            /** @description 10 characters or more; not the e-mail, the name or the old one. */
            new_password: string;
        };
        Choice: {
            label: string;
            value: string;
        };
        Complete: Record<string, never>;
        /**
         * @description How issued material is valued.
         * @enum {string}
         */
        Costing: "fifo" | "lifo" | "weighted_average";
        /** @enum {string} */
        CountSource: "counter" | "logs";
        Customer: {
            address?: string | null;
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** @description The person to speak to. */
            contact_name?: string | null;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /** Format: email */
            email?: string | null;
            id?: number;
            is_active?: boolean;
            name: string;
            phone?: string | null;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        CustomerCreate: {
            address?: string | null;
            /** @description The person to speak to. */
            contact_name?: string | null;
            custom_fields?: Record<string, never>;
            /** Format: email */
            email?: string | null;
            name: string;
            phone?: string | null;
        };
        CustomerList: {
            customers?: components["schemas"]["Customer"][];
            page?: number;
            per_page?: number;
            total?: number;
        };
        CustomerUpdate: {
            address?: string | null;
            /** @description The person to speak to. */
            contact_name?: string | null;
            custom_fields?: Record<string, never>;
            /** Format: email */
            email?: string | null;
            name?: string;
            phone?: string | null;
            /** @description The version that was read */
            version: number;
        };
        CustomField: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /** @description Records of which kind get the field, such as material or work_order. */
            entity_type: string;
            /** @description Name in files and interfaces: letters, digits and underscores. It stays as it is for good. */
            field_code: string;
            /** @description It stays as it is for good, because values depend on it. */
            field_type: components["schemas"]["FieldType"];
            /** @description What the form says below the field. */
            help_text?: string | null;
            id?: number;
            is_active?: boolean;
            /**
             * @description Lists can be narrowed by it; at most five fields of an entity.
             * @default false
             */
            is_filterable: boolean;
            /**
             * @description Records cannot be saved without it.
             * @default false
             */
            is_required: boolean;
            /** @description What people read beside the field. */
            label: string;
            /**
             * Format: uint32
             * @description Most characters of a text.
             */
            length_max?: number | null;
            /**
             * Format: uint32
             * @description Fewest characters of a text.
             */
            length_min?: number | null;
            /**
             * Format: decimal
             * @description Largest number.
             */
            maximum?: number | null;
            /**
             * Format: decimal
             * @description Smallest number.
             */
            minimum?: number | null;
            /**
             * @description What can be chosen from, for dropdown and multiselect: at least two.
             * @default []
             */
            options: string[];
            /** @description Regular expression that a whole text must match. */
            pattern?: string | null;
            /**
             * Format: int64
             * @description Place in the form; the smallest comes first.
             * @default 0
             */
            position: number;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        CustomFieldCreate: {
            custom_fields?: Record<string, never>;
            /** @description Records of which kind get the field, such as material or work_order. */
            entity_type: string;
            /** @description Name in files and interfaces: letters, digits and underscores. It stays as it is for good. */
            field_code: string;
            /** @description It stays as it is for good, because values depend on it. */
            field_type: components["schemas"]["FieldType"];
            /** @description What the form says below the field. */
            help_text?: string | null;
            /**
             * @description Lists can be narrowed by it; at most five fields of an entity.
             * @default false
             */
            is_filterable: boolean;
            /**
             * @description Records cannot be saved without it.
             * @default false
             */
            is_required: boolean;
            /** @description What people read beside the field. */
            label: string;
            /**
             * Format: uint32
             * @description Most characters of a text.
             */
            length_max?: number | null;
            /**
             * Format: uint32
             * @description Fewest characters of a text.
             */
            length_min?: number | null;
            /**
             * Format: decimal
             * @description Largest number.
             */
            maximum?: number | null;
            /**
             * Format: decimal
             * @description Smallest number.
             */
            minimum?: number | null;
            /**
             * @description What can be chosen from, for dropdown and multiselect: at least two.
             * @default []
             */
            options: string[];
            /** @description Regular expression that a whole text must match. */
            pattern?: string | null;
            /**
             * Format: int64
             * @description Place in the form; the smallest comes first.
             * @default 0
             */
            position: number;
        };
        CustomFieldList: {
            custom_fields?: components["schemas"]["CustomField"][];
            page?: number;
            per_page?: number;
            total?: number;
        };
        CustomFieldUpdate: {
            custom_fields?: Record<string, never>;
            /** @description Records of which kind get the field, such as material or work_order. */
            entity_type?: string;
            /** @description Name in files and interfaces: letters, digits and underscores. It stays as it is for good. */
            field_code?: string;
            /** @description It stays as it is for good, because values depend on it. */
            field_type?: components["schemas"]["FieldType"];
            /** @description What the form says below the field. */
            help_text?: string | null;
            /**
             * @description Lists can be narrowed by it; at most five fields of an entity.
             * @default false
             */
            is_filterable: boolean;
            /**
             * @description Records cannot be saved without it.
             * @default false
             */
            is_required: boolean;
            /** @description What people read beside the field. */
            label?: string;
            /**
             * Format: uint32
             * @description Most characters of a text.
             */
            length_max?: number | null;
            /**
             * Format: uint32
             * @description Fewest characters of a text.
             */
            length_min?: number | null;
            /**
             * Format: decimal
             * @description Largest number.
             */
            maximum?: number | null;
            /**
             * Format: decimal
             * @description Smallest number.
             */
            minimum?: number | null;
            /**
             * @description What can be chosen from, for dropdown and multiselect: at least two.
             * @default []
             */
            options: string[];
            /** @description Regular expression that a whole text must match. */
            pattern?: string | null;
            /**
             * Format: int64
             * @description Place in the form; the smallest comes first.
             * @default 0
             */
            position: number;
            /** @description The version that was read */
            version: number;
        };
        Department: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** @description Unique in the plant. */
            code: string;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /**
             * Format: int64
             * @description Who leads it.
             */
            head_user_id?: number | null;
            readonly head_user_name?: string | null;
            id?: number;
            is_active?: boolean;
            name: string;
            /** Format: int64 */
            plant_id: number;
            readonly plant_name?: string | null;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        DepartmentCreate: {
            /** @description Unique in the plant. */
            code: string;
            custom_fields?: Record<string, never>;
            /**
             * Format: int64
             * @description Who leads it.
             */
            head_user_id?: number | null;
            name: string;
            /** Format: int64 */
            plant_id: number;
        };
        DepartmentList: {
            departments?: components["schemas"]["Department"][];
            page?: number;
            per_page?: number;
            total?: number;
        };
        DepartmentUpdate: {
            /** @description Unique in the plant. */
            code?: string;
            custom_fields?: Record<string, never>;
            /**
             * Format: int64
             * @description Who leads it.
             */
            head_user_id?: number | null;
            name?: string;
            /** Format: int64 */
            plant_id?: number;
            /** @description The version that was read */
            version: number;
        };
        /** @description One wrong field. */
        Detail: {
            field: string;
            message: string;
        };
        /** @enum {string} */
        Dimension: "count" | "mass" | "length" | "area" | "volume" | "time";
        /** @description One thing that was recorded of a stop. */
        DowntimeChange: {
            /**
             * Format: date-time
             * @description When it was recorded or, for what signals saw, when it was so.
             */
            at: string;
            by?: components["schemas"]["Person"] | null;
            /** @description opened, classified, closed, alarmed, split, merged, corrected, voided or escalated. */
            change: string;
            downtime_reason?: string | null;
            /** Format: date-time */
            ended_at?: string | null;
            notes?: string | null;
            /** @description The other stop of a split or merge. */
            other_id?: string | null;
            /** Format: date-time */
            started_at?: string | null;
        };
        /** @description The history of a stop, in the order in which it was recorded. */
        DowntimeHistory: {
            changes: components["schemas"]["DowntimeChange"][];
        };
        /** @description One page of stops. */
        DowntimeList: {
            downtime_events: components["schemas"]["DowntimeView"][];
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            /** Format: uint64 */
            total: number;
        };
        DowntimeReason: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** @description What reasons are grouped by. */
            category: string;
            /** @description Such as mechanical_failure; unique in the organisation. */
            code: string;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            id?: number;
            is_active?: boolean;
            /**
             * @description Somebody should be called at once.
             * @default false
             */
            is_critical: boolean;
            /**
             * @description Such as cleaning: it does not count as a loss of availability.
             * @default false
             */
            is_planned: boolean;
            name: string;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        DowntimeReasonCreate: {
            /** @description What reasons are grouped by. */
            category: string;
            /** @description Such as mechanical_failure; unique in the organisation. */
            code: string;
            custom_fields?: Record<string, never>;
            /**
             * @description Somebody should be called at once.
             * @default false
             */
            is_critical: boolean;
            /**
             * @description Such as cleaning: it does not count as a loss of availability.
             * @default false
             */
            is_planned: boolean;
            name: string;
        };
        DowntimeReasonList: {
            downtime_reasons?: components["schemas"]["DowntimeReason"][];
            page?: number;
            per_page?: number;
            total?: number;
        };
        DowntimeReasonUpdate: {
            /** @description What reasons are grouped by. */
            category?: string;
            /** @description Such as mechanical_failure; unique in the organisation. */
            code?: string;
            custom_fields?: Record<string, never>;
            /**
             * @description Somebody should be called at once.
             * @default false
             */
            is_critical: boolean;
            /**
             * @description Such as cleaning: it does not count as a loss of availability.
             * @default false
             */
            is_planned: boolean;
            name?: string;
            /** @description The version that was read */
            version: number;
        };
        /** @description A stop (API-23). */
        DowntimeView: {
            /** @description The first alarm that the machine itself gave for it. */
            alarm?: string | null;
            /** @description What may be done to it, and why not if not. */
            allowed_actions: components["schemas"]["AllowedAction"][];
            classified_by?: components["schemas"]["Person"] | null;
            downtime_reason: string;
            /**
             * Format: double
             * @description Minutes so far, or in all.
             */
            duration_minutes: number;
            /** Format: date-time */
            ended_at?: string | null;
            /**
             * Format: date-time
             * @description When it had lasted so long that the supervisor was told (DOWN-05).
             */
            escalated_at?: string | null;
            /** @description "resumed without note" while it is over by the machine's signals and has no reason (Q-128). */
            flags: string[];
            id: string;
            /** @description Its reason is a critical one (Q-065). */
            is_critical: boolean;
            machine_code: string;
            /** Format: int64 */
            machine_id: number;
            notes?: string | null;
            /** @description "unclassified" while nobody gave a reason (Q-062). */
            reason_code: string;
            /** Format: int64 */
            reason_id?: number | null;
            /** @description "signal" or "operator". */
            source: string;
            /** Format: date-time */
            started_at: string;
            /** @description Code of the reason that goes with the alarm. */
            suggested_reason_code?: string | null;
        };
        EdgeList: {
            edges: components["schemas"]["EdgeView"][];
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            /** Format: uint64 */
            total: number;
        };
        /** @description An edge as administrators see it. */
        EdgeView: {
            /**
             * Format: int64
             * @description Last op of it that is here.
             */
            acked: number;
            /**
             * Format: int64
             * @description Last op of the edge's log, as it last said.
             */
            head: number;
            /** Format: int64 */
            id: number;
            /**
             * Format: double
             * @description How far machine time here lies behind.
             */
            lag_seconds?: number | null;
            /** Format: date-time */
            last_seen?: string | null;
            /** @description What a person should know. */
            message?: string | null;
            name: string;
            plant_name: string;
            /** @description online, offline, never_connected, quarantined or revoked. */
            state: string;
            /** @description Version of its program. */
            version?: string | null;
        };
        /** @description What an edge says when it comes in. */
        Enrol: {
            /** @description What people call the edge. */
            name: string;
            /** @description Its X25519 public key, base64. */
            public_key: string;
            /** @description The one-time token of `cloud-server edge token`. */
            token: string;
        };
        /** @description Who the edge is from now on. */
        Enrolled: {
            /** @description Base64. */
            cloud_public_key: string;
            /** Format: int64 */
            edge_id: number;
            /** Format: uuid */
            edge_uuid: string;
            /** Format: uint32 */
            key_id: number;
            mqtt: components["schemas"]["MqttAccess"];
            organization_name: string;
            /** Format: uuid */
            organization_uuid: string;
            plant_name: string;
            /** Format: uuid */
            plant_uuid: string;
        };
        /** @description An entity in menu and palette. */
        EntityEntry: {
            allowed: components["schemas"]["AllowedAction"][];
            area: string;
            entity: string;
            label: string;
            label_plural: string;
            path: string;
            plural: string;
        };
        /** @description The body of every answer that is no success. */
        ErrorBody: {
            /** @description The record as it is now, where another changed it meanwhile. */
            current?: unknown;
            /** @description The wrong fields of a validation failure. */
            details?: components["schemas"]["Detail"][];
            /** @description What did not happen. */
            error: string;
            /** @description What certainly became of a write to a device; where it is missing with a 5xx, nobody knows. */
            outcome?: components["schemas"]["WriteEnd"] | null;
            /** @description Why, and what to do. */
            reason?: string | null;
        };
        /** @description One field of a form. */
        Field: {
            choices: components["schemas"]["Choice"][];
            default: unknown;
            filter: boolean;
            help?: string | null;
            in_list: boolean;
            kind: components["schemas"]["FieldKind"];
            label: string;
            /** Format: uint32 */
            length_max?: number | null;
            /** Format: uint32 */
            length_min?: number | null;
            /** Format: double */
            maximum?: number | null;
            /** Format: double */
            minimum?: number | null;
            name: string;
            /** @description A regular expression for the whole value. */
            pattern?: string | null;
            read_only: boolean;
            reference?: components["schemas"]["Reference"] | null;
            required: boolean;
            sort: boolean;
            unit?: string | null;
        };
        /** @description One field that changed. */
        FieldChange: {
            after: unknown;
            before: unknown;
            field: string;
        };
        /** @description How a value is entered and shown. */
        FieldKind: ("text" | "long_text" | "integer" | "decimal" | "boolean" | "date" | "timestamp" | "time" | "list" | "object" | "file") | "choice" | "choices" | "reference";
        /** @enum {string} */
        FieldType: "text" | "number" | "date" | "boolean" | "dropdown" | "multiselect" | "file";
        /** @description The whole answer. */
        FigureList: {
            by: components["schemas"]["By"];
            /** Format: date-time */
            from: string;
            rows: components["schemas"]["FigureRow"][];
            standard: components["schemas"]["Standard"];
            /** Format: date-time */
            to: string;
        };
        /** @description One row: what it is about and its figures. Null where there is nothing to divide by (KPI-15). */
        FigureRow: {
            /**
             * Format: double
             * @description Units of what the rated capacity allows in the available time (KPI-10).
             */
            capacity_percent?: number | null;
            /**
             * Format: uint64
             * @description Stops with a reason of category Equipment that began here.
             */
            failures: number;
            /**
             * Format: double
             * @description Units without rejects, of all units made (KPI-07).
             */
            first_pass_yield?: number | null;
            /** @description Id of the machine, lane or work order, start of the hour, day, or day and id of the shift. */
            key: string;
            /** @description For people. */
            label: string;
            /**
             * Format: double
             * @description Mean time between failures (KPI-11).
             */
            mtbf_hours?: number | null;
            /**
             * Format: double
             * @description Mean time to repair (KPI-12).
             */
            mttr_hours?: number | null;
            oee: components["schemas"]["OeeAnswer"];
            /**
             * Format: double
             * @description Time in stops with a downtime event.
             */
            stop_minutes: number;
            /**
             * Format: double
             * @description Units of the target (KPI-14).
             */
            target_attainment?: number | null;
            /**
             * Format: uint64
             * @description What the shift was to make; only for shifts.
             */
            target_units?: number | null;
            /**
             * Format: uint64
             * @description All units made, also outside planned time.
             */
            units: number;
            /**
             * Format: double
             * @description Of it, the share without a planned reason (DOWN-10).
             */
            unplanned_percent?: number | null;
            /**
             * Format: double
             * @description Running time of the available time; breaks and unseen time are not available (KPI-09).
             */
            utilization_percent?: number | null;
        };
        /** @description Everything a page must know of an entity. */
        Form: {
            actions: components["schemas"]["FormAction"][];
            allowed: components["schemas"]["AllowedAction"][];
            area: string;
            code_field?: string | null;
            custom_fields: components["schemas"]["Field"][];
            default_sort: string;
            entity: string;
            fields: components["schemas"]["Field"][];
            label: string;
            label_plural: string;
            path: string;
            plural: string;
            /** @description "organization" or "plant". */
            scope: string;
            search_fields: string[];
            title_field: string;
        };
        /** @description A verb with what it asks for. */
        FormAction: {
            action: string;
            fields: components["schemas"]["Field"][];
            label: string;
        };
        /** @description One page of handovers. */
        HandoverList: {
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            shift_handovers: components["schemas"]["HandoverView"][];
            /** Format: uint64 */
            total: number;
        };
        /** @description A handover (API-19). */
        HandoverView: {
            /** Format: date-time */
            acknowledged_at?: string | null;
            acknowledged_by?: components["schemas"]["Person"] | null;
            /** @description `write` and `acknowledge`, with the reason where one is refused. Empty where handovers are only read. */
            allowed_actions: components["schemas"]["AllowedAction"][];
            /** Format: date */
            date: string;
            handover_notes: string;
            /** Format: uuid */
            id: string;
            issues: components["schemas"]["IssueView"][];
            /** Format: date-time */
            logged_at: string;
            /** @description Who wrote the text as it is. */
            logged_by: components["schemas"]["Person"];
            /** Format: int64 */
            shift_id: number;
            shift_name: string;
            wip_work_orders: components["schemas"]["OrderLeftView"][];
        };
        /** @description A file as a record holds it. */
        Held: {
            /** Format: uuid */
            id: string;
            media_type: string;
            name: string;
            /** Format: int64 */
            size: number;
        };
        /** @description One page of calls for help. */
        HelpCallList: {
            help_calls: components["schemas"]["HelpCallView"][];
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            /** Format: uint64 */
            total: number;
        };
        /** @description A call for help. */
        HelpCallView: {
            /** Format: date-time */
            answered_at?: string | null;
            /** @description Who comes. */
            answered_by?: components["schemas"]["Person"] | null;
            /** Format: date-time */
            called_at: string;
            called_by: components["schemas"]["Person"];
            /** @description What was said at its end. */
            end_notes?: string | null;
            /** Format: date-time */
            ended_at?: string | null;
            ended_by?: components["schemas"]["Person"] | null;
            /** Format: uuid */
            id: string;
            /** @description supervisor, maintenance, quality or material. */
            kind: string;
            machine_code: string;
            /** Format: int64 */
            machine_id: number;
            notes?: string | null;
        };
        Import: {
            /**
             * @description Really do it; otherwise only say what would happen.
             * @default false
             */
            commit: boolean;
            /** @description The file's text; its first line names the columns. */
            csv: string;
            file_name?: string | null;
            /** @description Field by column, null for a column that is left out; made by equal names where it is missing. */
            mapping?: {
                [key: string]: string | null;
            } | null;
            /**
             * @description Change records that exist, instead of refusing them.
             * @default false
             */
            update_existing: boolean;
        };
        ImportList: {
            imports: components["schemas"]["ImportView"][];
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            /** Format: uint64 */
            total: number;
        };
        /** @description An import. */
        ImportView: {
            /** Format: int64 */
            created: number;
            /** Format: date-time */
            created_at: string;
            entity: string;
            file_name?: string | null;
            /** Format: int64 */
            id: number;
            /** Format: date-time */
            undone_at?: string | null;
            /** Format: int64 */
            updated: number;
            /** Format: int64 */
            user_id: number;
            user_name: string;
        };
        /** @description Something that the next shift has to know, of a machine or of the whole place. */
        IssueView: {
            description: string;
            /**
             * Format: int64
             * @default null
             */
            machine_id: number | null;
        };
        /** @description A record is named by its id, its UUID or its number (Q-132). */
        Key: number | string;
        /** @enum {string} */
        Kind: "holiday" | "shutdown" | "extra_working_day";
        /**
         * @description How planned time is defined.
         * @enum {string}
         */
        Kpis: "unison" | "iso_22400";
        Lane: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /**
             * Format: uint32
             * @description How many work orders it takes at a time.
             * @default 1
             */
            capacity: number;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /** Format: int64 */
            department_id?: number | null;
            readonly department_name?: string | null;
            id?: number;
            /**
             * Format: decimal
             * @description Time of one piece, where product and machine have none of their own.
             */
            ideal_cycle_time_seconds?: number | null;
            is_active?: boolean;
            /** @description Unique in the plant. */
            name: string;
            /** Format: int64 */
            plant_id: number;
            readonly plant_name?: string | null;
            /**
             * @description Names of operations; empty for all.
             * @default []
             */
            supported_operations: string[];
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        LaneCreate: {
            /**
             * Format: uint32
             * @description How many work orders it takes at a time.
             * @default 1
             */
            capacity: number;
            custom_fields?: Record<string, never>;
            /** Format: int64 */
            department_id?: number | null;
            /**
             * Format: decimal
             * @description Time of one piece, where product and machine have none of their own.
             */
            ideal_cycle_time_seconds?: number | null;
            /** @description Unique in the plant. */
            name: string;
            /** Format: int64 */
            plant_id: number;
            /**
             * @description Names of operations; empty for all.
             * @default []
             */
            supported_operations: string[];
        };
        LaneList: {
            lanes?: components["schemas"]["Lane"][];
            page?: number;
            per_page?: number;
            total?: number;
        };
        LaneUpdate: {
            /**
             * Format: uint32
             * @description How many work orders it takes at a time.
             * @default 1
             */
            capacity: number;
            custom_fields?: Record<string, never>;
            /** Format: int64 */
            department_id?: number | null;
            /**
             * Format: decimal
             * @description Time of one piece, where product and machine have none of their own.
             */
            ideal_cycle_time_seconds?: number | null;
            /** @description Unique in the plant. */
            name?: string;
            /** Format: int64 */
            plant_id?: number;
            /**
             * @description Names of operations; empty for all.
             * @default []
             */
            supported_operations: string[];
            /** @description The version that was read */
            version: number;
        };
        /** @description A record that could not be taken back. */
        Left: {
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            line: number;
            reason: string;
        };
        Location: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** @description Such as A-01-3; unique in the plant. */
            code: string;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            id?: number;
            is_active?: boolean;
            name: string;
            /** Format: int64 */
            plant_id: number;
            readonly plant_name?: string | null;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        LocationCreate: {
            /** @description Such as A-01-3; unique in the plant. */
            code: string;
            custom_fields?: Record<string, never>;
            name: string;
            /** Format: int64 */
            plant_id: number;
        };
        LocationList: {
            locations?: components["schemas"]["Location"][];
            page?: number;
            per_page?: number;
            total?: number;
        };
        LocationUpdate: {
            /** @description Such as A-01-3; unique in the plant. */
            code?: string;
            custom_fields?: Record<string, never>;
            name?: string;
            /** Format: int64 */
            plant_id?: number;
            /** @description The version that was read */
            version: number;
        };
        /** @description Body of a log-in. */
        Login: {
            email: string;
            password: string;
        };
        /** @description Body of `POST /api/v1/production-logs` (API-12). */
        LogProduction: {
            /**
             * Format: double
             * @description Hours worked in this session, above 0 and at most 24.
             */
            hours_worked: number;
            /**
             * Format: int64
             * @default null
             */
            machine_id: number | null;
            /** @default null */
            notes: string | null;
            /**
             * Format: int64
             * @default null
             */
            operation_id: number | null;
            /**
             * Format: int64
             * @description Units completed in this session, rejected ones included.
             */
            quantity_completed: number;
            /**
             * Format: int64
             * @default 0
             */
            quantity_rejected: number;
            /** @description Why units were rejected; those that none names stay without a reason. */
            scrap_reasons?: components["schemas"]["NewScrap"][];
            /**
             * Format: uuid
             * @description Made by the client so that a repeated call logs once; the server makes one where missing.
             * @default null
             */
            uuid: string | null;
            work_order_id: components["schemas"]["Key"];
        };
        Machine: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** Format: decimal */
            capacity_units_per_hour?: number | null;
            /**
             * @description What its pieces are counted by.
             * @default counter
             */
            count_source: components["schemas"]["CountSource"];
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /**
             * Format: int64
             * @description The edge that looks after it; set when the edge is commissioned.
             */
            edge_id?: number | null;
            readonly edge_name?: string | null;
            id?: number;
            /**
             * Format: decimal
             * @description Time of one piece; where it is missing, that of the lane counts.
             */
            ideal_cycle_time_seconds?: number | null;
            is_active?: boolean;
            /** Format: int64 */
            lane_id?: number | null;
            readonly lane_name?: string | null;
            /** Format: date */
            last_maintenance_date?: string | null;
            /** @description Such as CNC-001; unique in the organisation. */
            machine_code: string;
            /**
             * @description Whether it is meant to produce; decommissioned is final.
             * @default production
             */
            mode: components["schemas"]["Mode"];
            name: string;
            /** Format: date */
            next_maintenance_due?: string | null;
            /** Format: int64 */
            plant_id: number;
            readonly plant_name?: string | null;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        MachineCreate: {
            /** Format: decimal */
            capacity_units_per_hour?: number | null;
            /**
             * @description What its pieces are counted by.
             * @default counter
             */
            count_source: components["schemas"]["CountSource"];
            custom_fields?: Record<string, never>;
            /**
             * Format: decimal
             * @description Time of one piece; where it is missing, that of the lane counts.
             */
            ideal_cycle_time_seconds?: number | null;
            /** Format: int64 */
            lane_id?: number | null;
            /** Format: date */
            last_maintenance_date?: string | null;
            /** @description Such as CNC-001; unique in the organisation. */
            machine_code: string;
            /**
             * @description Whether it is meant to produce; decommissioned is final.
             * @default production
             */
            mode: components["schemas"]["Mode"];
            name: string;
            /** Format: date */
            next_maintenance_due?: string | null;
            /** Format: int64 */
            plant_id: number;
        };
        /** @description One page of machines. */
        MachineList: {
            machines: components["schemas"]["MachineView"][];
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            /** Format: uint64 */
            total: number;
        };
        MachineTag: {
            /** @description Register or node at the machine. */
            address?: string | null;
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            id?: number;
            is_active?: boolean;
            readonly machine_code?: string | null;
            /** Format: int64 */
            machine_id: number;
            /** @description What it tells, such as good pieces or spindle load. */
            meaning: string;
            /** @description As in the edge's configuration; unique at the machine. */
            name: string;
            /** Format: int64 */
            plant_id: number;
            readonly plant_name?: string | null;
            unit?: string | null;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        MachineTagCreate: {
            /** @description Register or node at the machine. */
            address?: string | null;
            custom_fields?: Record<string, never>;
            /** Format: int64 */
            machine_id: number;
            /** @description What it tells, such as good pieces or spindle load. */
            meaning: string;
            /** @description As in the edge's configuration; unique at the machine. */
            name: string;
            /** Format: int64 */
            plant_id: number;
            unit?: string | null;
        };
        MachineTagList: {
            machine_tags?: components["schemas"]["MachineTag"][];
            page?: number;
            per_page?: number;
            total?: number;
        };
        MachineTagUpdate: {
            /** @description Register or node at the machine. */
            address?: string | null;
            custom_fields?: Record<string, never>;
            /** Format: int64 */
            machine_id?: number;
            /** @description What it tells, such as good pieces or spindle load. */
            meaning?: string;
            /** @description As in the edge's configuration; unique at the machine. */
            name?: string;
            /** Format: int64 */
            plant_id?: number;
            unit?: string | null;
            /** @description The version that was read */
            version: number;
        };
        MachineUpdate: {
            /** Format: decimal */
            capacity_units_per_hour?: number | null;
            /**
             * @description What its pieces are counted by.
             * @default counter
             */
            count_source: components["schemas"]["CountSource"];
            custom_fields?: Record<string, never>;
            /**
             * Format: decimal
             * @description Time of one piece; where it is missing, that of the lane counts.
             */
            ideal_cycle_time_seconds?: number | null;
            /** Format: int64 */
            lane_id?: number | null;
            /** Format: date */
            last_maintenance_date?: string | null;
            /** @description Such as CNC-001; unique in the organisation. */
            machine_code?: string;
            /**
             * @description Whether it is meant to produce; decommissioned is final.
             * @default production
             */
            mode: components["schemas"]["Mode"];
            name?: string;
            /** Format: date */
            next_maintenance_due?: string | null;
            /** Format: int64 */
            plant_id?: number;
            /** @description The version that was read */
            version: number;
        };
        /** @description A machine as it is now (API-15, Q-128). */
        MachineView: {
            /** @description What the signals say. */
            activity: components["schemas"]["Activity"];
            /** Format: double */
            capacity_units_per_hour?: number | null;
            current_work_order?: components["schemas"]["WorkOrderRef"] | null;
            /** @description Reason of the open stop. */
            downtime_reason?: string | null;
            /** @description Name of the edge that looks after it. */
            edge?: string | null;
            /** @description What a supervisor should look at: "running without work order", "resumed without note" (Q-128). */
            flags: string[];
            /** @description Open calls for help, the oldest first. */
            help_calls: components["schemas"]["HelpCallView"][];
            /** Format: int64 */
            id: number;
            /** Format: double */
            ideal_cycle_seconds?: number | null;
            /** Format: int64 */
            lane_id?: number | null;
            lane_name?: string | null;
            last_maintenance_date?: string | null;
            machine_code: string;
            name: string;
            next_maintenance_due?: string | null;
            open_downtime_id?: string | null;
            /** Format: int64 */
            plant_id: number;
            plant_name: string;
            /**
             * Format: date-time
             * @description Until when the machine was seen.
             */
            seen_at?: string | null;
            /**
             * Format: date-time
             * @description Start of the present activity.
             */
            since?: string | null;
            /** @description Nothing is seen at present. */
            stale: boolean;
            /** @description What is shown; while nothing is seen, the last status known. */
            status: components["schemas"]["Status"];
            /**
             * Format: double
             * @description Utilisation of the present day so far.
             */
            utilization_percent?: number | null;
            /** @description Idle because it is blocked or starved. */
            waiting: boolean;
        };
        /** @description A key that was made. */
        Made: {
            all_plants: boolean;
            allowed_actions: components["schemas"]["AllowedAction"][];
            /** Format: date-time */
            created_at: string;
            created_by: components["schemas"]["Person"];
            /** Format: date-time */
            expires_at?: string | null;
            /** @description The key's first characters. */
            hint: string;
            /** Format: int64 */
            id: number;
            is_active: boolean;
            /**
             * Format: date-time
             * @description Known to the minute.
             */
            last_used_at?: string | null;
            name: string;
            plant_ids: number[];
            plants: components["schemas"]["PlantRef"][];
            /** Format: date-time */
            revoked_at?: string | null;
            roles: string[];
            /** @description For `Authorization: Bearer`; shown once, missing when the same call is repeated. */
            token?: string | null;
            /** Format: date-time */
            updated_at: string;
            /** Format: int64 */
            version: number;
        };
        MappedColumn: {
            column: string;
            field?: string | null;
        };
        Material: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** Format: int64 */
            category_id?: number | null;
            readonly category_name?: string | null;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            description?: string | null;
            id?: number;
            is_active?: boolean;
            /** @description Such as MTL-001; unique in the organisation. */
            material_code: string;
            /** Format: decimal */
            maximum_stock_level?: number | null;
            /**
             * Format: decimal
             * @description Below it there is an alert.
             */
            minimum_stock_level?: number | null;
            name: string;
            /**
             * Format: decimal
             * @description At or below it more should be ordered.
             */
            reorder_point?: number | null;
            /**
             * Format: decimal
             * @description Cost of one unit, in the currency of the organisation.
             * @default 0
             */
            standard_cost: number;
            /** @description Code of a unit, such as kg. */
            unit_of_measure: string;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        MaterialCreate: {
            /** Format: int64 */
            category_id?: number | null;
            custom_fields?: Record<string, never>;
            description?: string | null;
            /** @description Such as MTL-001; unique in the organisation. */
            material_code: string;
            /** Format: decimal */
            maximum_stock_level?: number | null;
            /**
             * Format: decimal
             * @description Below it there is an alert.
             */
            minimum_stock_level?: number | null;
            name: string;
            /**
             * Format: decimal
             * @description At or below it more should be ordered.
             */
            reorder_point?: number | null;
            /**
             * Format: decimal
             * @description Cost of one unit, in the currency of the organisation.
             * @default 0
             */
            standard_cost: number;
            /** @description Code of a unit, such as kg. */
            unit_of_measure: string;
        };
        MaterialList: {
            materials?: components["schemas"]["Material"][];
            page?: number;
            per_page?: number;
            total?: number;
        };
        MaterialUpdate: {
            /** Format: int64 */
            category_id?: number | null;
            custom_fields?: Record<string, never>;
            description?: string | null;
            /** @description Such as MTL-001; unique in the organisation. */
            material_code?: string;
            /** Format: decimal */
            maximum_stock_level?: number | null;
            /**
             * Format: decimal
             * @description Below it there is an alert.
             */
            minimum_stock_level?: number | null;
            name?: string;
            /**
             * Format: decimal
             * @description At or below it more should be ordered.
             */
            reorder_point?: number | null;
            /**
             * Format: decimal
             * @description Cost of one unit, in the currency of the organisation.
             * @default 0
             */
            standard_cost: number;
            /** @description Code of a unit, such as kg. */
            unit_of_measure?: string;
            /** @description The version that was read */
            version: number;
        };
        /** @description Who is signed in, where, until when, and with which rights. */
        Me: {
            /**
             * Format: int64
             * @description The plant that lists are narrowed to.
             */
            current_plant_id?: number | null;
            /** Format: date-time */
            expires_at?: string | null;
            /** @description Until the password is changed nothing else is answered. */
            must_change_password: boolean;
            organization: components["schemas"]["OrganizationView"];
            /** @description Grants such as `materials:write`, `materials:*` or `*:read`, as cached in the session. */
            permissions: string[];
            /** @description Plants that the user reaches. */
            plants: components["schemas"]["PlantView"][];
            /** @description Why changes are refused: the trial or the subscription has ended. */
            read_only?: components["schemas"]["ReadOnly"] | null;
            user: components["schemas"]["User"];
        };
        /** @enum {string} */
        Mode: "production" | "maintenance" | "decommissioned";
        /** @description Body of start, pause, resume and complete; may be empty. */
        MoveWorkOrder: {
            /**
             * Format: int64
             * @description The machine it runs on; where missing, the one it was planned on.
             * @default null
             */
            machine_id: number | null;
            /**
             * @description Note of a start, reason of a pause.
             * @default null
             */
            note: string | null;
        };
        /** @description How to reach the broker. */
        MqttAccess: {
            host: string;
            password: string;
            /** Format: uint16 */
            port: number;
            username: string;
        };
        /** @description Units that were rejected for one reason. */
        NewScrap: {
            /** Format: int64 */
            quantity: number;
            /** @description Code of an active scrap reason. */
            scrap_reason_code: string;
        };
        /** @description OEE of one machine, or of all, over a range. Ratios are percent with two decimals, null without a value. */
        OeeAnswer: {
            /**
             * Format: double
             * @description (Planned time − downtime) ÷ planned time.
             */
            availability?: number | null;
            band?: components["schemas"]["OeeBand"] | null;
            /**
             * Format: uint64
             * @description Units made outside planned time, left out of the ratios.
             */
            counts_outside_planned: number;
            /**
             * Format: double
             * @description Share of the shift time in which the machine was seen.
             */
            coverage?: number | null;
            /** Format: double */
            downtime_seconds: number;
            /** Format: date-time */
            from: string;
            /** Format: uint64 */
            good: number;
            /** @description Code of the machine; null for all machines together (sums before ratios). */
            machine?: string | null;
            /**
             * Format: double
             * @description Availability × performance × quality.
             */
            oee?: number | null;
            /**
             * Format: double
             * @description Ideal cycle time × units ÷ operating time; above 100 the ideal cycle time is wrong.
             */
            performance?: number | null;
            performance_above_100: boolean;
            /** Format: double */
            planned_seconds: number;
            /**
             * Format: double
             * @description Good units ÷ all units.
             */
            quality?: number | null;
            /** Format: uint64 */
            rejected: number;
            /**
             * Format: double
             * @description Planned time in activity `running`.
             */
            run_seconds: number;
            /** Format: double */
            setup_seconds: number;
            /** Format: date-time */
            to: string;
            /**
             * Format: uint64
             * @description All units of planned time, rejected ones included.
             */
            total: number;
        };
        /** @description How good an OEE is. */
        OeeBand: "World-class" | "Good" | "Fair" | "Poor";
        /** @description One day of the trend. */
        OeeDay: {
            /** Format: double */
            availability?: number | null;
            /** Format: double */
            coverage?: number | null;
            /** @description Day in the plant's zone, YYYY-MM-DD. */
            date: string;
            /** Format: double */
            oee?: number | null;
            /** Format: double */
            performance?: number | null;
            /** Format: double */
            quality?: number | null;
        };
        /** @description The answer of `GET /api/v1/kpi/oee/trend`. */
        OeeTrend: {
            days: components["schemas"]["OeeDay"][];
            machine?: string | null;
        };
        /** @description A work order as the shift left it. */
        OrderLeftView: {
            /** @description Why it cannot go on. */
            blocked_reason?: string | null;
            /**
             * Format: double
             * @description Null where nothing was ordered.
             */
            percent_complete?: number | null;
            /** Format: uint64 */
            quantity_completed: number;
            /** Format: uint64 */
            quantity_ordered: number;
            status: components["schemas"]["WorkOrderStatus"];
            /** Format: int64 */
            work_order_id: number;
            work_order_number: string;
        };
        OrganizationUpdate: {
            company_size?: string | null;
            /**
             * @description How issued material is valued.
             * @default fifo
             */
            costing_method: components["schemas"]["Costing"];
            /** @description ISO 4217, such as USD. */
            currency?: string;
            custom_fields?: Record<string, never>;
            date_format?: string;
            industry?: string | null;
            /**
             * @description What counts as planned time in OEE.
             * @default unison
             */
            kpi_standard: components["schemas"]["Kpis"];
            number_format?: string;
            /**
             * @description Prefix of document numbers by kind of record: {"work_order": "WO-"}.
             * @default {}
             */
            number_prefixes: {
                [key: string]: string;
            };
            /**
             * Format: decimal
             * @description Added to the costs of work.
             * @default 0
             */
            overhead_rate_percent: number;
            primary_use_case?: string | null;
            /** @description IANA zone, such as Europe/Berlin; document numbers take their year from it. */
            timezone?: string;
            /** @description The version that was read */
            version: number;
        };
        OrganizationView: {
            name: string;
            subdomain: string;
        };
        Outcome: {
            error?: string | null;
            /** Format: int64 */
            id: number;
            ok: boolean;
        };
        Outcomes: {
            /** Format: uint */
            done: number;
            results: components["schemas"]["Outcome"][];
        };
        /** @description Reasons by time lost, the greatest first (DOWN-08). */
        Pareto: {
            downtime_pareto: components["schemas"]["ParetoRow"][];
            /** Format: double */
            total_minutes: number;
            /** Format: uint64 */
            total_occurrences: number;
        };
        /** @description One reason of the Pareto. */
        ParetoRow: {
            /** Format: double */
            minutes: number;
            /** Format: uint64 */
            occurrences: number;
            /**
             * Format: double
             * @description Share of all minutes.
             */
            percent?: number | null;
            reason: string;
            reason_code: string;
        };
        /** @enum {string} */
        Pattern: "fixed" | "rotating" | "custom";
        Pause: Record<string, never>;
        /** @description A person as other records mention one. */
        Person: {
            /** Format: int64 */
            id: number;
            name: string;
        };
        Plant: {
            address?: string | null;
            allowed_actions?: components["schemas"]["AllowedAction"][];
            city?: string | null;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            id?: number;
            is_active?: boolean;
            /**
             * @description Chosen at log-in by those who reach several.
             * @default false
             */
            is_default: boolean;
            name: string;
            /** @description Such as assembly or warehouse. */
            plant_type?: string | null;
            /** @description IANA zone of its shifts and days, such as Europe/Berlin. */
            timezone: string;
            /** Format: date-time */
            updated_at?: string;
            /**
             * Format: uuid
             * @description By which its edges know it.
             */
            uuid: string;
            version?: number;
        };
        PlantCreate: {
            address?: string | null;
            city?: string | null;
            custom_fields?: Record<string, never>;
            /**
             * @description Chosen at log-in by those who reach several.
             * @default false
             */
            is_default: boolean;
            name: string;
            /** @description Such as assembly or warehouse. */
            plant_type?: string | null;
            /** @description IANA zone of its shifts and days, such as Europe/Berlin. */
            timezone: string;
        };
        PlantList: {
            page?: number;
            per_page?: number;
            plants?: components["schemas"]["Plant"][];
            total?: number;
        };
        /** @description A plant as other records mention one. */
        PlantRef: {
            /** Format: int64 */
            id: number;
            name: string;
        };
        PlantUpdate: {
            address?: string | null;
            city?: string | null;
            custom_fields?: Record<string, never>;
            /**
             * @description Chosen at log-in by those who reach several.
             * @default false
             */
            is_default: boolean;
            name?: string;
            /** @description Such as assembly or warehouse. */
            plant_type?: string | null;
            /** @description IANA zone of its shifts and days, such as Europe/Berlin. */
            timezone?: string;
            /** @description The version that was read */
            version: number;
        };
        /** @description A plant as people choose one. */
        PlantView: {
            /** Format: int64 */
            id: number;
            name: string;
            /** @description IANA zone of its shifts and days. */
            timezone: string;
        };
        /** @enum {string} */
        Priority: "low" | "normal" | "high" | "urgent";
        Product: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** @description Unique in the organisation. */
            code: string;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            description?: string | null;
            id?: number;
            /**
             * Format: decimal
             * @description Time of one piece; where it is missing, that of the machine or the lane counts.
             */
            ideal_cycle_time_seconds?: number | null;
            is_active?: boolean;
            name: string;
            /** Format: decimal */
            price?: number | null;
            /** Format: decimal */
            standard_cost?: number | null;
            /**
             * @description Whether pieces are followed by lot, by serial number, or not at all.
             * @default none
             */
            tracking_mode: components["schemas"]["Tracking"];
            /** @description Code of a unit, such as pcs. */
            unit_of_measure: string;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        ProductCreate: {
            /** @description Unique in the organisation. */
            code: string;
            custom_fields?: Record<string, never>;
            description?: string | null;
            /**
             * Format: decimal
             * @description Time of one piece; where it is missing, that of the machine or the lane counts.
             */
            ideal_cycle_time_seconds?: number | null;
            name: string;
            /** Format: decimal */
            price?: number | null;
            /** Format: decimal */
            standard_cost?: number | null;
            /**
             * @description Whether pieces are followed by lot, by serial number, or not at all.
             * @default none
             */
            tracking_mode: components["schemas"]["Tracking"];
            /** @description Code of a unit, such as pcs. */
            unit_of_measure: string;
        };
        /** @description One page of production logs, newest first. */
        ProductionLogList: {
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            production_logs: components["schemas"]["ProductionLogView"][];
            /** Format: uint64 */
            total: number;
        };
        /** @description A production log (API-12). */
        ProductionLogView: {
            /** Format: uint64 */
            cumulative_completed: number;
            /** Format: double */
            hours_worked: number;
            /**
             * Format: int64
             * @description Null until the cloud gave it one (Q-132).
             */
            id?: number | null;
            /** Format: double */
            labor_cost_added?: number | null;
            /** Format: date-time */
            logged_at: string;
            logged_by: components["schemas"]["Person"];
            /** Format: int64 */
            machine_id?: number | null;
            /**
             * Format: double
             * @description Null on the edge, which knows no costs (Q-132).
             */
            material_cost_added?: number | null;
            /** @description "Logged 10 units, 2 hours. WO is 50% complete." */
            message: string;
            notes?: string | null;
            /** Format: double */
            progress_percent?: number | null;
            /** Format: uint64 */
            quantity_completed: number;
            /** Format: uint64 */
            quantity_ordered: number;
            /** Format: uint64 */
            quantity_rejected: number;
            /** @description Why units were rejected. */
            scrap_reasons: components["schemas"]["ScrapView"][];
            /** Format: uuid */
            uuid: string;
            /** Format: int64 */
            work_order_id: number;
            work_order_number: string;
        };
        ProductList: {
            page?: number;
            per_page?: number;
            products?: components["schemas"]["Product"][];
            total?: number;
        };
        ProductUpdate: {
            /** @description Unique in the organisation. */
            code?: string;
            custom_fields?: Record<string, never>;
            description?: string | null;
            /**
             * Format: decimal
             * @description Time of one piece; where it is missing, that of the machine or the lane counts.
             */
            ideal_cycle_time_seconds?: number | null;
            name?: string;
            /** Format: decimal */
            price?: number | null;
            /** Format: decimal */
            standard_cost?: number | null;
            /**
             * @description Whether pieces are followed by lot, by serial number, or not at all.
             * @default none
             */
            tracking_mode: components["schemas"]["Tracking"];
            /** @description Code of a unit, such as pcs. */
            unit_of_measure?: string;
            /** @description The version that was read */
            version: number;
        };
        /** @description Body of a change of the own profile; absent fields stay as they are, null empties. */
        Profile: {
            /** @description en or de. */
            language?: string | null;
            name?: string | null;
            phone?: string | null;
            /**
             * Format: int64
             * @description When given, the version that was changed.
             */
            version?: number | null;
        };
        Project: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /** Format: int64 */
            customer_id?: number | null;
            readonly customer_name?: string | null;
            id?: number;
            is_active?: boolean;
            name: string;
            /** Format: date */
            planned_end_date?: string | null;
            /** Format: date */
            planned_start_date?: string | null;
            /** Format: int64 */
            product_id?: number | null;
            readonly product_name?: string | null;
            /** @description Unique in the organisation; made when it is left out. */
            project_number: string;
            /**
             * @description Changed by actions only.
             * @default draft
             */
            status: components["schemas"]["Status2"];
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        ProjectCreate: {
            custom_fields?: Record<string, never>;
            /** Format: int64 */
            customer_id?: number | null;
            name: string;
            /** Format: date */
            planned_end_date?: string | null;
            /** Format: date */
            planned_start_date?: string | null;
            /** Format: int64 */
            product_id?: number | null;
            /** @description Unique in the organisation; made when it is left out. */
            project_number?: string;
        };
        ProjectList: {
            page?: number;
            per_page?: number;
            projects?: components["schemas"]["Project"][];
            total?: number;
        };
        ProjectUpdate: {
            custom_fields?: Record<string, never>;
            /** Format: int64 */
            customer_id?: number | null;
            name?: string;
            /** Format: date */
            planned_end_date?: string | null;
            /** Format: date */
            planned_start_date?: string | null;
            /** Format: int64 */
            product_id?: number | null;
            /** @description Unique in the organisation; made when it is left out. */
            project_number?: string;
            /** @description The version that was read */
            version: number;
        };
        ReadOnly: {
            error: string;
            reason: string;
        };
        /** @description Where the records are that a field may refer to. */
        Reference: {
            code_field?: string | null;
            entity: string;
            path: string;
            title_field: string;
        };
        /** @description Gives a work order to the shop floor (WO-02 T2, WO-12). */
        Release: {
            /**
             * @description Also on a lane that is full; the audit log keeps who did it.
             * @default false
             */
            force: boolean;
            /**
             * Format: int64
             * @description Where it is left out, the planned one.
             */
            lane_id?: number | null;
        };
        Report: {
            columns: components["schemas"]["MappedColumn"][];
            errors: components["schemas"]["CellError"][];
            /**
             * Format: int64
             * @description By which it can be undone; null when nothing was done.
             */
            import_id?: number | null;
            preview: {
                [key: string]: unknown;
            }[];
            /** Format: uint */
            rows: number;
            /** Format: uint */
            unchanged: number;
            /** Format: uint */
            will_create: number;
            /** Format: uint */
            will_update: number;
        };
        Resume: Record<string, never>;
        /** @description Who comes after a revoked edge. */
        Revoke: {
            /**
             * Format: int64
             * @description The edge that gets its machines, of the same plant. Left out, they are free for whichever edge has them
             *     in its configuration.
             */
            successor_id?: number | null;
        };
        /** @description A machine's time over a range. */
        Ribbon: {
            intervals: components["schemas"]["RibbonInterval"][];
            /**
             * Format: date-time
             * @description Up to here time is settled.
             */
            known_until?: string | null;
        };
        /** @description One stretch of a machine's time. */
        RibbonInterval: {
            activity: components["schemas"]["Activity"];
            /** @description The stop that covers it. */
            downtime_id?: string | null;
            /** Format: date-time */
            from: string;
            /**
             * Format: date-time
             * @description Null: it goes on.
             */
            to?: string | null;
        };
        RoleCreate: {
            /** @description Unique in the organisation; it stays for ever. */
            code: string;
            custom_fields?: Record<string, never>;
            description?: string | null;
            /** @description Built-in role that it adds to. */
            extends?: string | null;
            /**
             * @description Permissions such as materials:write or materials:*; they count at the next log-in.
             * @default []
             */
            grants: string[];
            name: string;
        };
        /** @description All roles: the built-in ones first. */
        RoleList: {
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            roles: components["schemas"]["RoleView"][];
            /** Format: uint64 */
            total: number;
        };
        RoleUpdate: {
            /** @description Unique in the organisation; it stays for ever. */
            code?: string;
            custom_fields?: Record<string, never>;
            description?: string | null;
            /** @description Built-in role that it adds to. */
            extends?: string | null;
            /**
             * @description Permissions such as materials:write or materials:*; they count at the next log-in.
             * @default []
             */
            grants: string[];
            name?: string;
            /** @description The version that was read */
            version: number;
        };
        /** @description A role as people choose one. */
        RoleView: {
            allowed_actions: components["schemas"]["AllowedAction"][];
            code: string;
            /** Format: date-time */
            created_at?: string | null;
            custom_fields: {
                [key: string]: unknown;
            };
            description?: string | null;
            /** @description The role it adds to. */
            extends?: string | null;
            /** @description What it grants itself. */
            grants: string[];
            /**
             * Format: int64
             * @description None for a role that every organization has.
             */
            id?: number | null;
            is_active: boolean;
            /** @description Every organization has it, and nobody can change it. */
            is_built_in: boolean;
            /** @description hierarchy, add_on, or own. */
            kind: string;
            name: string;
            /** @description All that it grants, inherited permissions included. */
            permissions: string[];
            /** Format: date-time */
            updated_at?: string | null;
            /** Format: int64 */
            version?: number | null;
        };
        /** @description A person that was made or got a new password, which is shown this once. */
        Saved: {
            allowed_actions: components["schemas"]["AllowedAction"][];
            badge?: string | null;
            /** Format: date-time */
            created_at: string;
            custom_fields: unknown;
            /** Format: int64 */
            department_id?: number | null;
            department_name?: string | null;
            email: string;
            employee_number?: string | null;
            /** @description Shown once and kept nowhere; missing when the same call is repeated. */
            first_password?: string | null;
            /**
             * Format: double
             * @description Only for those who may read labor costs.
             */
            hourly_rate?: number | null;
            /** Format: int64 */
            id: number;
            is_active: boolean;
            language?: string | null;
            /** Format: int64 */
            manager_id?: number | null;
            manager_name?: string | null;
            must_change_password: boolean;
            name: string;
            phone?: string | null;
            plant_ids: number[];
            plants: components["schemas"]["PlantRef"][];
            /** @description An administrator, who reaches every plant without being assigned. */
            reaches_all_plants: boolean;
            /** @description Codes of roles. */
            roles: string[];
            /** Format: date-time */
            updated_at: string;
            /** Format: int64 */
            version: number;
        };
        ScrapReason: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** @description What reasons are grouped by. */
            category?: string | null;
            /** @description Unique in the organisation. */
            code: string;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            id?: number;
            is_active?: boolean;
            name: string;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        ScrapReasonCreate: {
            /** @description What reasons are grouped by. */
            category?: string | null;
            /** @description Unique in the organisation. */
            code: string;
            custom_fields?: Record<string, never>;
            name: string;
        };
        ScrapReasonList: {
            page?: number;
            per_page?: number;
            scrap_reasons?: components["schemas"]["ScrapReason"][];
            total?: number;
        };
        ScrapReasonUpdate: {
            /** @description What reasons are grouped by. */
            category?: string | null;
            /** @description Unique in the organisation. */
            code?: string;
            custom_fields?: Record<string, never>;
            name?: string;
            /** @description The version that was read */
            version: number;
        };
        /** @description Units of a log that were rejected for one reason. */
        ScrapView: {
            /** Format: uint64 */
            quantity: number;
            scrap_reason: string;
            scrap_reason_code: string;
        };
        SearchAnswer: {
            results: components["schemas"]["SearchHit"][];
        };
        /** @description A record found by `GET /search`. */
        SearchHit: {
            code?: string | null;
            entity: string;
            /** Format: int64 */
            id: number;
            label: string;
            /** @description Of the list it belongs to. */
            path: string;
            title: string;
        };
        /** @description The sessions of a person that have not ended. */
        SessionList: {
            sessions: components["schemas"]["SessionView"][];
            /** Format: uint64 */
            total: number;
        };
        /** @description A log-in on a device. */
        SessionView: {
            /** Format: date-time */
            created_at: string;
            /** @description Browser and system. */
            device?: string | null;
            /** Format: date-time */
            expires_at: string;
            /** Format: uuid */
            id: string;
            ip?: string | null;
            /** @description The one that asks. */
            is_current: boolean;
        };
        Settings: {
            company_size?: string | null;
            /**
             * @description How issued material is valued.
             * @default fifo
             */
            costing_method: components["schemas"]["Costing"];
            /** @description ISO 4217, such as USD. */
            currency: string;
            date_format: string;
            industry?: string | null;
            /**
             * @description What counts as planned time in OEE.
             * @default unison
             */
            kpi_standard: components["schemas"]["Kpis"];
            /** @description Set when the organisation was made. */
            name: string;
            number_format: string;
            /**
             * @description Prefix of document numbers by kind of record: {"work_order": "WO-"}.
             * @default {}
             */
            number_prefixes: {
                [key: string]: string;
            };
            /**
             * Format: decimal
             * @description Added to the costs of work.
             * @default 0
             */
            overhead_rate_percent: number;
            primary_use_case?: string | null;
            /** @description IANA zone, such as Europe/Berlin; document numbers take their year from it. */
            timezone: string;
        };
        Shift: {
            /**
             * @description The days on which it starts.
             * @default []
             */
            active_days: components["schemas"]["Weekday"][];
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /**
             * Format: uint16
             * @default 0
             */
            break_duration_minutes: number;
            /**
             * @description Breaks at a known time; they are part of the minutes above.
             * @default []
             */
            breaks: components["schemas"]["Break"][];
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /**
             * @description The days of the cycle on which it starts, from 1: 1, 2, 3, 4.
             * @default []
             */
            cycle_days: number[];
            /**
             * Format: date
             * @description Rotating and custom shifts start on days of a cycle that comes again and again: this is its first day.
             */
            cycle_first_day?: string | null;
            /**
             * Format: uint8
             * @description Such as 14 for every other week, 8 for four on and four off.
             */
            cycle_length_days?: number | null;
            /**
             * Format: time
             * @description Not after the start: on the next day.
             */
            end_time: string;
            id?: number;
            is_active?: boolean;
            /** @description Unique in the plant. */
            name: string;
            /** Format: uint8 */
            oee_target_percent?: number | null;
            /** @default fixed */
            pattern_type: components["schemas"]["Pattern"];
            /** Format: int64 */
            plant_id: number;
            readonly plant_name?: string | null;
            /** Format: uint32 */
            production_target_units?: number | null;
            /** Format: decimal */
            quality_target_percent?: number | null;
            /**
             * Format: time
             * @description In the time of the plant.
             */
            start_time: string;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        ShiftCreate: {
            /**
             * @description The days on which it starts.
             * @default []
             */
            active_days: components["schemas"]["Weekday"][];
            /**
             * Format: uint16
             * @default 0
             */
            break_duration_minutes: number;
            /**
             * @description Breaks at a known time; they are part of the minutes above.
             * @default []
             */
            breaks: components["schemas"]["Break"][];
            custom_fields?: Record<string, never>;
            /**
             * @description The days of the cycle on which it starts, from 1: 1, 2, 3, 4.
             * @default []
             */
            cycle_days: number[];
            /**
             * Format: date
             * @description Rotating and custom shifts start on days of a cycle that comes again and again: this is its first day.
             */
            cycle_first_day?: string | null;
            /**
             * Format: uint8
             * @description Such as 14 for every other week, 8 for four on and four off.
             */
            cycle_length_days?: number | null;
            /**
             * Format: time
             * @description Not after the start: on the next day.
             */
            end_time: string;
            /** @description Unique in the plant. */
            name: string;
            /** Format: uint8 */
            oee_target_percent?: number | null;
            /** @default fixed */
            pattern_type: components["schemas"]["Pattern"];
            /** Format: int64 */
            plant_id: number;
            /** Format: uint32 */
            production_target_units?: number | null;
            /** Format: decimal */
            quality_target_percent?: number | null;
            /**
             * Format: time
             * @description In the time of the plant.
             */
            start_time: string;
        };
        ShiftUpdate: {
            /**
             * @description The days on which it starts.
             * @default []
             */
            active_days: components["schemas"]["Weekday"][];
            /**
             * Format: uint16
             * @default 0
             */
            break_duration_minutes: number;
            /**
             * @description Breaks at a known time; they are part of the minutes above.
             * @default []
             */
            breaks: components["schemas"]["Break"][];
            custom_fields?: Record<string, never>;
            /**
             * @description The days of the cycle on which it starts, from 1: 1, 2, 3, 4.
             * @default []
             */
            cycle_days: number[];
            /**
             * Format: date
             * @description Rotating and custom shifts start on days of a cycle that comes again and again: this is its first day.
             */
            cycle_first_day?: string | null;
            /**
             * Format: uint8
             * @description Such as 14 for every other week, 8 for four on and four off.
             */
            cycle_length_days?: number | null;
            /**
             * Format: time
             * @description Not after the start: on the next day.
             */
            end_time?: string;
            /** @description Unique in the plant. */
            name?: string;
            /** Format: uint8 */
            oee_target_percent?: number | null;
            /** @default fixed */
            pattern_type: components["schemas"]["Pattern"];
            /** Format: int64 */
            plant_id?: number;
            /** Format: uint32 */
            production_target_units?: number | null;
            /** Format: decimal */
            quality_target_percent?: number | null;
            /**
             * Format: time
             * @description In the time of the plant.
             */
            start_time?: string;
            /** @description The version that was read */
            version: number;
        };
        /** @description Whose definition of planned time is used; a setting of the organisation. */
        Standard: "unison" | "iso_22400";
        /** @description A session that begins. */
        Started: {
            /**
             * Format: int64
             * @description The plant that lists are narrowed to.
             */
            current_plant_id?: number | null;
            /** Format: date-time */
            expires_at?: string | null;
            /** @description Until the password is changed nothing else is answered. */
            must_change_password: boolean;
            organization: components["schemas"]["OrganizationView"];
            /** @description Grants such as `materials:write`, `materials:*` or `*:read`, as cached in the session. */
            permissions: string[];
            /** @description Plants that the user reaches. */
            plants: components["schemas"]["PlantView"][];
            /** @description Why changes are refused: the trial or the subscription has ended. */
            read_only?: components["schemas"]["ReadOnly"] | null;
            /** @description For `Authorization: Bearer`; browsers use the cookie instead. */
            token: string;
            user: components["schemas"]["User"];
        };
        /**
         * @description The states of a machine as people see and command them (MACH-01).
         * @enum {string}
         */
        Status: "available" | "running" | "idle" | "setup" | "down" | "maintenance" | "decommissioned";
        /** @enum {string} */
        Status2: "draft" | "active" | "on_hold" | "completed" | "cancelled" | "archived";
        Supplier: {
            address?: string | null;
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** @description The person to speak to. */
            contact_name?: string | null;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /** Format: email */
            email?: string | null;
            id?: number;
            is_active?: boolean;
            /**
             * Format: uint32
             * @description Days from order to delivery, as a rule.
             */
            lead_time_days?: number | null;
            name: string;
            phone?: string | null;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        SupplierCreate: {
            address?: string | null;
            /** @description The person to speak to. */
            contact_name?: string | null;
            custom_fields?: Record<string, never>;
            /** Format: email */
            email?: string | null;
            /**
             * Format: uint32
             * @description Days from order to delivery, as a rule.
             */
            lead_time_days?: number | null;
            name: string;
            phone?: string | null;
        };
        SupplierList: {
            page?: number;
            per_page?: number;
            suppliers?: components["schemas"]["Supplier"][];
            total?: number;
        };
        SupplierUpdate: {
            address?: string | null;
            /** @description The person to speak to. */
            contact_name?: string | null;
            custom_fields?: Record<string, never>;
            /** Format: email */
            email?: string | null;
            /**
             * Format: uint32
             * @description Days from order to delivery, as a rule.
             */
            lead_time_days?: number | null;
            name?: string;
            phone?: string | null;
            /** @description The version that was read */
            version: number;
        };
        /** @description Body of a change of plant. */
        SwitchPlant: {
            /** Format: int64 */
            plant_id: number;
        };
        /** @description One page of writes, the latest first. */
        TagWriteList: {
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            tag_writes: components["schemas"]["TagWriteView"][];
            /** Format: uint64 */
            total: number;
        };
        /** @description A write and what became of it. */
        TagWriteView: {
            /** Format: date-time */
            asked_at: string;
            /**
             * Format: int64
             * @description In the cloud: the edge that wrote. An edge names only its own writes, and no edge.
             */
            edge_id?: number | null;
            edge_name?: string | null;
            /** Format: date-time */
            ended_at?: string | null;
            /** Format: uuid */
            id: string;
            machine_code?: string | null;
            /** Format: int64 */
            machine_id?: number | null;
            /**
             * @description asked (under way), done, refused (by the device), not_sent, or unknown (it was sent, and nobody knows whether it
             *     happened).
             */
            outcome: string;
            /** @description Why it was not done, or why nobody knows. */
            reason?: string | null;
            tag: string;
            value: string;
            /** @description The last value that was known then; null where none was. */
            value_before?: string | null;
            written_by: components["schemas"]["Person"];
        };
        /**
         * @description How single pieces can be followed.
         * @enum {string}
         */
        Tracking: "none" | "lot" | "serial";
        /** @enum {string} */
        Type: "production" | "rework" | "preventive_maintenance" | "maintenance";
        Undone: {
            /** Format: uint */
            archived: number;
            left: components["schemas"]["Left"][];
            /** Format: uint */
            restored: number;
        };
        Unit: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** @description Such as kg. */
            code: string;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /**
             * Format: int64
             * @default 1
             */
            denominator: number;
            /** @description Only units of one dimension can be converted. */
            dimension: components["schemas"]["Dimension"];
            id?: number;
            is_active?: boolean;
            name: string;
            /**
             * Format: int64
             * @description One unit is numerator / denominator of the base unit (piece, gram, millimetre, mm², millilitre, second).
             * @default 1
             */
            numerator: number;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
        };
        UnitCreate: {
            /** @description Such as kg. */
            code: string;
            custom_fields?: Record<string, never>;
            /**
             * Format: int64
             * @default 1
             */
            denominator: number;
            /** @description Only units of one dimension can be converted. */
            dimension: components["schemas"]["Dimension"];
            name: string;
            /**
             * Format: int64
             * @description One unit is numerator / denominator of the base unit (piece, gram, millimetre, mm², millilitre, second).
             * @default 1
             */
            numerator: number;
        };
        UnitList: {
            page?: number;
            per_page?: number;
            total?: number;
            units?: components["schemas"]["Unit"][];
        };
        UnitUpdate: {
            /** @description Such as kg. */
            code?: string;
            custom_fields?: Record<string, never>;
            /**
             * Format: int64
             * @default 1
             */
            denominator: number;
            /** @description Only units of one dimension can be converted. */
            dimension?: components["schemas"]["Dimension"];
            name?: string;
            /**
             * Format: int64
             * @description One unit is numerator / denominator of the base unit (piece, gram, millimetre, mm², millilitre, second).
             * @default 1
             */
            numerator: number;
            /** @description The version that was read */
            version: number;
        };
        Upload: {
            /** @description The file in base64; at most 10 MB. */
            content: string;
            /** @description The kind of record, such as material. */
            entity: string;
            /** @description The code of a custom field of the type file. */
            field: string;
            name: string;
        };
        User: {
            email: string;
            /** Format: int64 */
            id: number;
            language?: string | null;
            name: string;
            phone?: string | null;
            roles: string[];
            /** Format: int64 */
            version: number;
        };
        /** @description Body of a person: all fields for the help of whoever writes one. */
        UserBody: {
            badge?: string | null;
            custom_fields?: {
                [key: string]: unknown;
            } | null;
            /** Format: int64 */
            department_id?: number | null;
            email?: string | null;
            employee_number?: string | null;
            /** Format: double */
            hourly_rate?: number | null;
            /** @description en or de. */
            language?: string | null;
            /** Format: int64 */
            manager_id?: number | null;
            name?: string | null;
            phone?: string | null;
            plant_ids?: number[] | null;
            /** @description Codes of roles, or other words for them such as `inspector`. */
            roles?: string[] | null;
            /**
             * Format: int64
             * @description Of a change: the version that was changed.
             */
            version?: number | null;
        };
        /** @description One page of people. */
        UserList: {
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            /** Format: uint64 */
            total: number;
            users: components["schemas"]["UserView"][];
        };
        /** @description A person. */
        UserView: {
            allowed_actions: components["schemas"]["AllowedAction"][];
            badge?: string | null;
            /** Format: date-time */
            created_at: string;
            custom_fields: unknown;
            /** Format: int64 */
            department_id?: number | null;
            department_name?: string | null;
            email: string;
            employee_number?: string | null;
            /**
             * Format: double
             * @description Only for those who may read labor costs.
             */
            hourly_rate?: number | null;
            /** Format: int64 */
            id: number;
            is_active: boolean;
            language?: string | null;
            /** Format: int64 */
            manager_id?: number | null;
            manager_name?: string | null;
            must_change_password: boolean;
            name: string;
            phone?: string | null;
            plant_ids: number[];
            plants: components["schemas"]["PlantRef"][];
            /** @description An administrator, who reaches every plant without being assigned. */
            reaches_all_plants: boolean;
            /** @description Codes of roles. */
            roles: string[];
            /** Format: date-time */
            updated_at: string;
            /** Format: int64 */
            version: number;
        };
        /** @enum {string} */
        Weekday: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
        WorkOrder: {
            allowed_actions?: components["schemas"]["AllowedAction"][];
            /** Format: date-time */
            completed_at?: string | null;
            /** Format: date-time */
            created_at?: string;
            custom_fields?: Record<string, never>;
            /** Format: date-time */
            due_date?: string | null;
            id?: number;
            is_active?: boolean;
            /** Format: int64 */
            lane_id?: number | null;
            readonly lane_name?: string | null;
            readonly machine_code?: string | null;
            /**
             * Format: int64
             * @description Maintenance needs one.
             */
            machine_id?: number | null;
            /** Format: date-time */
            planned_end?: string | null;
            /** Format: date-time */
            planned_start?: string | null;
            /** Format: int64 */
            plant_id: number;
            readonly plant_name?: string | null;
            /** @default normal */
            priority: components["schemas"]["Priority"];
            /** Format: int64 */
            product_id?: number | null;
            /** @description What is made, where it is no product of the list. */
            product_name?: string | null;
            /**
             * Format: int64
             * @description An active project; production needs one.
             */
            project_id?: number | null;
            readonly project_number?: string | null;
            /**
             * Format: uint64
             * @default 0
             */
            quantity_completed: number;
            /**
             * Format: uint32
             * @description Units to make; cannot be changed once it is released.
             * @default 0
             */
            quantity_ordered: number;
            /**
             * Format: uint64
             * @default 0
             */
            quantity_rejected: number;
            /** Format: date-time */
            started_at?: string | null;
            /** Format: int64 */
            started_by?: number | null;
            /**
             * @description Changed by actions only.
             * @default planned
             */
            status: components["schemas"]["WorkOrderStatus"];
            /** Format: int64 */
            supervisor_id?: number | null;
            readonly supervisor_name?: string | null;
            title: string;
            /** Format: date-time */
            updated_at?: string;
            version?: number;
            /** @description Unique in the organisation; made when it is left out. */
            work_order_number: string;
            /** @default production */
            work_order_type: components["schemas"]["Type"];
        };
        WorkOrderCreate: {
            custom_fields?: Record<string, never>;
            /** Format: date-time */
            due_date?: string | null;
            /** Format: int64 */
            lane_id?: number | null;
            /**
             * Format: int64
             * @description Maintenance needs one.
             */
            machine_id?: number | null;
            /** Format: date-time */
            planned_end?: string | null;
            /** Format: date-time */
            planned_start?: string | null;
            /** Format: int64 */
            plant_id: number;
            /** @default normal */
            priority: components["schemas"]["Priority"];
            /** Format: int64 */
            product_id?: number | null;
            /** @description What is made, where it is no product of the list. */
            product_name?: string | null;
            /**
             * Format: int64
             * @description An active project; production needs one.
             */
            project_id?: number | null;
            /**
             * Format: uint32
             * @description Units to make; cannot be changed once it is released.
             * @default 0
             */
            quantity_ordered: number;
            /** Format: int64 */
            supervisor_id?: number | null;
            title: string;
            /** @description Unique in the organisation; made when it is left out. */
            work_order_number?: string;
            /** @default production */
            work_order_type: components["schemas"]["Type"];
        };
        WorkOrderList: {
            page?: number;
            per_page?: number;
            total?: number;
            work_orders?: components["schemas"]["WorkOrder"][];
        };
        /** @description A work order as a machine mentions it. */
        WorkOrderRef: {
            /** Format: int64 */
            id: number;
            work_order_number: string;
        };
        /**
         * @description States of a work order (WO-01).
         * @enum {string}
         */
        WorkOrderStatus: "planned" | "released" | "in_progress" | "paused" | "completed" | "cancelled";
        WorkOrderUpdate: {
            custom_fields?: Record<string, never>;
            /** Format: date-time */
            due_date?: string | null;
            /** Format: int64 */
            lane_id?: number | null;
            /**
             * Format: int64
             * @description Maintenance needs one.
             */
            machine_id?: number | null;
            /** Format: date-time */
            planned_end?: string | null;
            /** Format: date-time */
            planned_start?: string | null;
            /** Format: int64 */
            plant_id?: number;
            /** @default normal */
            priority: components["schemas"]["Priority"];
            /** Format: int64 */
            product_id?: number | null;
            /** @description What is made, where it is no product of the list. */
            product_name?: string | null;
            /**
             * Format: int64
             * @description An active project; production needs one.
             */
            project_id?: number | null;
            /**
             * Format: uint32
             * @description Units to make; cannot be changed once it is released.
             * @default 0
             */
            quantity_ordered: number;
            /** Format: int64 */
            supervisor_id?: number | null;
            title?: string;
            /** @description The version that was read */
            version: number;
            /** @description Unique in the organisation; made when it is left out. */
            work_order_number?: string;
            /** @default production */
            work_order_type: components["schemas"]["Type"];
        };
        /** @description A work order. */
        WorkOrderView: {
            allowed_actions: components["schemas"]["AllowedAction"][];
            /** Format: date-time */
            due_date?: string | null;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            lane_id?: number | null;
            lane_name?: string | null;
            machine_code?: string | null;
            /** Format: int64 */
            machine_id?: number | null;
            /** @description More was logged than ordered; nothing is dropped (SYNC-09). */
            overrun: boolean;
            /** Format: date-time */
            planned_end?: string | null;
            /** Format: date-time */
            planned_start?: string | null;
            /** Format: int64 */
            plant_id: number;
            product_name?: string | null;
            /** Format: double */
            progress_percent?: number | null;
            /**
             * Format: uint64
             * @description Rejected units included.
             */
            quantity_completed: number;
            /** Format: uint64 */
            quantity_left: number;
            /** Format: uint64 */
            quantity_ordered: number;
            /** Format: uint64 */
            quantity_rejected: number;
            /** Format: date-time */
            started_at?: string | null;
            started_by?: components["schemas"]["Person"] | null;
            status: components["schemas"]["WorkOrderStatus"];
            title: string;
            work_order_number: string;
        };
        /** @description What a refusal can promise of a write to a device. */
        WriteEnd: "not_sent";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_api_tokens: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                all_plants?: string;
                /** @description Any of these values, separated by commas */
                created_by?: string;
                /** @description Any of these values, separated by commas */
                expires_at?: string;
                /** @description Any of these values, separated by commas */
                hint?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                last_used_at?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only what belongs to one of these plants, or all */
                plant_id?: string;
                /** @description Any of these values, separated by commas */
                revoked_at?: string;
                /** @description Any of these words, separated by commas */
                roles?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_api_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ApiTokenBody"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Made"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_api_tokens_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_api_tokens_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_api_tokens_id_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_api_tokens_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                all_plants?: string;
                /** @description Any of these values, separated by commas */
                created_by?: string;
                /** @description Any of these values, separated by commas */
                expires_at?: string;
                /** @description Any of these values, separated by commas */
                hint?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                last_used_at?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only what belongs to one of these plants, or all */
                plant_id?: string;
                /** @description Any of these values, separated by commas */
                revoked_at?: string;
                /** @description Any of these words, separated by commas */
                roles?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_api_tokens_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_audit_log: {
        parameters: {
            query?: {
                /** @description Only this action, such as create */
                action?: string;
                /** @description Only changes of this kind of record */
                entity?: string;
                /** @description Only changes of this record */
                entity_id?: string;
                /** @description RFC 3339 time, included */
                from?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description RFC 3339 time, excluded */
                to?: string;
                /** @description Only changes by this person */
                user_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_auth_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_auth_switch_plant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SwitchPlant"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_calendar_days: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                first_day?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                is_yearly?: string;
                /** @description Any of these values, separated by commas */
                kind?: string;
                /** @description Any of these values, separated by commas */
                last_day?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                works_like?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarDayList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_calendar_days: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CalendarDayCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarDay"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_calendar_days_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarDay"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_calendar_days_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CalendarDayUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarDay"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_calendar_days_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarDay"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_calendar_days_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CalendarDayUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarDay"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_calendar_days_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarDay"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_calendar_days_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_calendar_days_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                first_day?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                is_yearly?: string;
                /** @description Any of these values, separated by commas */
                kind?: string;
                /** @description Any of these values, separated by commas */
                last_day?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                works_like?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_calendar_days_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_calendar_days_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_categories: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                description?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CategoryList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_categories: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CategoryCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Category"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_categories_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Category"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_categories_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CategoryUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Category"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_categories_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Category"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_categories_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CategoryUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Category"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_categories_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Category"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_categories_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_categories_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                description?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_categories_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_categories_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_custom_fields: {
        parameters: {
            query?: {
                /** @description Only of this kind of record, in any spelling */
                entity?: string;
                /** @description Any of these values, separated by commas */
                entity_type?: string;
                /** @description Any of these values, separated by commas */
                field_code?: string;
                /** @description Any of these values, separated by commas */
                field_type?: string;
                /** @description Any of these values, separated by commas */
                help_text?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                is_filterable?: string;
                /** @description Any of these values, separated by commas */
                is_required?: string;
                /** @description Any of these values, separated by commas */
                label?: string;
                /** @description Any of these values, separated by commas */
                length_max?: string;
                /** @description Any of these values, separated by commas */
                length_min?: string;
                /** @description Any of these values, separated by commas */
                maximum?: string;
                /** @description Any of these values, separated by commas */
                minimum?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Any of these values, separated by commas */
                pattern?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                position?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomFieldList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_custom_fields: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CustomFieldCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomField"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_custom_fields_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomField"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_custom_fields_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CustomFieldUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomField"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_custom_fields_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomField"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_custom_fields_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CustomFieldUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomField"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_custom_fields_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomField"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_custom_fields_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_custom_fields_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                entity_type?: string;
                /** @description Any of these values, separated by commas */
                field_code?: string;
                /** @description Any of these values, separated by commas */
                field_type?: string;
                /** @description Any of these values, separated by commas */
                help_text?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                is_filterable?: string;
                /** @description Any of these values, separated by commas */
                is_required?: string;
                /** @description Any of these values, separated by commas */
                label?: string;
                /** @description Any of these values, separated by commas */
                length_max?: string;
                /** @description Any of these values, separated by commas */
                length_min?: string;
                /** @description Any of these values, separated by commas */
                maximum?: string;
                /** @description Any of these values, separated by commas */
                minimum?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Any of these values, separated by commas */
                pattern?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                position?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_custom_fields_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_custom_fields_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_customers: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                address?: string;
                /** @description Any of these values, separated by commas */
                contact_name?: string;
                /** @description Any of these values, separated by commas */
                email?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                phone?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_customers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CustomerCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_customers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_customers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CustomerUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_customers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_customers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CustomerUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_customers_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_customers_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_customers_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                address?: string;
                /** @description Any of these values, separated by commas */
                contact_name?: string;
                /** @description Any of these values, separated by commas */
                email?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                phone?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_customers_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_customers_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_departments: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description Any of these values, separated by commas */
                head_user_id?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DepartmentList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_departments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DepartmentCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Department"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_departments_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Department"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_departments_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DepartmentUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Department"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_departments_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Department"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_departments_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DepartmentUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Department"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_departments_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Department"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_departments_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_departments_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description Any of these values, separated by commas */
                head_user_id?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_departments_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_departments_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_downtime_events: {
        parameters: {
            query?: {
                /** @description RFC 3339 time, included */
                from?: string;
                /** @description Only this machine */
                machine_id?: string;
                /** @description true: only open ones, false: only ended ones */
                open?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
                /** @description RFC 3339 time, excluded */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DowntimeList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_downtime_events_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DowntimeView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_downtime_events_id_history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DowntimeHistory"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_downtime_pareto: {
        parameters: {
            query: {
                /** @description RFC 3339 time, included */
                from: string;
                /** @description Only this machine */
                machine_id?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
                /** @description RFC 3339 time, excluded */
                to: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pareto"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_downtime_reasons: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                category?: string;
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                is_critical?: string;
                /** @description Any of these values, separated by commas */
                is_planned?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DowntimeReasonList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_downtime_reasons: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DowntimeReasonCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DowntimeReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_downtime_reasons_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DowntimeReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_downtime_reasons_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DowntimeReasonUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DowntimeReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_downtime_reasons_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DowntimeReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_downtime_reasons_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DowntimeReasonUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DowntimeReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_downtime_reasons_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DowntimeReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_downtime_reasons_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_downtime_reasons_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                category?: string;
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                is_critical?: string;
                /** @description Any of these values, separated by commas */
                is_planned?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_downtime_reasons_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_downtime_reasons_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_edges: {
        parameters: {
            query?: {
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EdgeList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_edges_id_release_quarantine: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EdgeView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_edges_id_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Revoke"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EdgeView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_edges_enrol: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Enrol"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Enrolled"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_entities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntityEntry"][];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_events: {
        parameters: {
            query?: {
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_files: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Upload"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Held"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_files_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_help_calls: {
        parameters: {
            query?: {
                /** @description Only this machine */
                machine_id?: string;
                /** @description true: only open ones, false: only ended ones */
                open?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HelpCallList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_imports: {
        parameters: {
            query?: {
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_imports_id_undo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Undone"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_kpi_figures: {
        parameters: {
            query: {
                /** @description machine (where missing), lane, shift, work_order, hour or day */
                by?: string;
                /** @description RFC 3339 time, included */
                from: string;
                /** @description Code of a machine; all machines when left out */
                machine?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
                /** @description RFC 3339 time, excluded */
                to: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FigureList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_kpi_oee: {
        parameters: {
            query: {
                /** @description RFC 3339 time, included */
                from: string;
                /** @description Code of a machine; all machines when left out */
                machine?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
                /** @description RFC 3339 time, excluded */
                to: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OeeAnswer"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_kpi_oee_trend: {
        parameters: {
            query?: {
                /** @description How many days back, 1 to 366; 30 when left out */
                days?: string;
                /** @description Code of a machine; all machines when left out */
                machine?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OeeTrend"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_lanes: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                capacity?: string;
                /** @description Any of these values, separated by commas */
                department_id?: string;
                /** @description Any of these values, separated by commas */
                ideal_cycle_time_seconds?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_lanes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LaneCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lane"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_lanes_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lane"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_lanes_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LaneUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lane"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_lanes_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lane"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_lanes_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LaneUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lane"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_lanes_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lane"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_lanes_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_lanes_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                capacity?: string;
                /** @description Any of these values, separated by commas */
                department_id?: string;
                /** @description Any of these values, separated by commas */
                ideal_cycle_time_seconds?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_lanes_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_lanes_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_locations: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LocationList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_locations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LocationCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Location"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_locations_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Location"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_locations_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LocationUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Location"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_locations_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Location"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_locations_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LocationUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Location"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_locations_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Location"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_locations_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_locations_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_locations_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_locations_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_machine_tags: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                address?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                machine_id?: string;
                /** @description Any of these values, separated by commas */
                meaning?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                unit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineTagList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_machine_tags: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MachineTagCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineTag"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_machine_tags_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineTag"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_machine_tags_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MachineTagUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineTag"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_machine_tags_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineTag"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_machine_tags_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MachineTagUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineTag"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_machine_tags_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineTag"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_machine_tags_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_machine_tags_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                address?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                machine_id?: string;
                /** @description Any of these values, separated by commas */
                meaning?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                unit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_machine_tags_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_machine_tags_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_machines: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                capacity_units_per_hour?: string;
                /** @description Any of these values, separated by commas */
                count_source?: string;
                /** @description Any of these values, separated by commas */
                edge_id?: string;
                /** @description Any of these values, separated by commas */
                ideal_cycle_time_seconds?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                lane_id?: string;
                /** @description Any of these values, separated by commas */
                last_maintenance_date?: string;
                /** @description Any of these values, separated by commas */
                machine_code?: string;
                /** @description Any of these values, separated by commas */
                mode?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Any of these values, separated by commas */
                next_maintenance_due?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Only this status */
                status?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_machines: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MachineCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Machine"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_machines_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MachineView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_machines_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MachineUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Machine"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_machines_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Machine"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_machines_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MachineUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Machine"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_machines_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Machine"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_machines_id_ribbon: {
        parameters: {
            query?: {
                /** @description RFC 3339 time, included */
                from?: string;
                /** @description RFC 3339 time, excluded */
                to?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ribbon"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_machines_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_machines_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                capacity_units_per_hour?: string;
                /** @description Any of these values, separated by commas */
                count_source?: string;
                /** @description Any of these values, separated by commas */
                edge_id?: string;
                /** @description Any of these values, separated by commas */
                ideal_cycle_time_seconds?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                lane_id?: string;
                /** @description Any of these values, separated by commas */
                last_maintenance_date?: string;
                /** @description Any of these values, separated by commas */
                machine_code?: string;
                /** @description Any of these values, separated by commas */
                mode?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Any of these values, separated by commas */
                next_maintenance_due?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_machines_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_machines_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_materials: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                category_id?: string;
                /** @description Any of these values, separated by commas */
                description?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                material_code?: string;
                /** @description Any of these values, separated by commas */
                maximum_stock_level?: string;
                /** @description Any of these values, separated by commas */
                minimum_stock_level?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                reorder_point?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                standard_cost?: string;
                /** @description Any of these values, separated by commas */
                unit_of_measure?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MaterialList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_materials: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MaterialCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Material"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_materials_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Material"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_materials_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MaterialUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Material"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_materials_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Material"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_materials_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MaterialUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Material"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_materials_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Material"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_materials_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_materials_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                category_id?: string;
                /** @description Any of these values, separated by commas */
                description?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                material_code?: string;
                /** @description Any of these values, separated by commas */
                maximum_stock_level?: string;
                /** @description Any of these values, separated by commas */
                minimum_stock_level?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                reorder_point?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                standard_cost?: string;
                /** @description Any of these values, separated by commas */
                unit_of_measure?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_materials_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_materials_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Profile"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_me_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_me_sessions_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_organization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_organization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["OrganizationUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_organization_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_plants: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                address?: string;
                /** @description Any of these values, separated by commas */
                city?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                is_default?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Any of these values, separated by commas */
                plant_type?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                timezone?: string;
                /** @description Any of these values, separated by commas */
                uuid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlantList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_plants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PlantCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plant"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_plants_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plant"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_plants_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PlantUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plant"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_plants_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plant"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_plants_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PlantUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plant"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_plants_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plant"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_plants_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_plants_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                address?: string;
                /** @description Any of these values, separated by commas */
                city?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                is_default?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Any of these values, separated by commas */
                plant_type?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                timezone?: string;
                /** @description Any of these values, separated by commas */
                uuid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_plants_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_plants_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_production_logs: {
        parameters: {
            query?: {
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
                /** @description Only of this work order */
                work_order_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductionLogList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_production_logs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LogProduction"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductionLogView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_products: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description Any of these values, separated by commas */
                description?: string;
                /** @description Any of these values, separated by commas */
                ideal_cycle_time_seconds?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                price?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                standard_cost?: string;
                /** @description Any of these values, separated by commas */
                tracking_mode?: string;
                /** @description Any of these values, separated by commas */
                unit_of_measure?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_products: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProductCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_products_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_products_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProductUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_products_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_products_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProductUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_products_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_products_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_products_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description Any of these values, separated by commas */
                description?: string;
                /** @description Any of these values, separated by commas */
                ideal_cycle_time_seconds?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                price?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                standard_cost?: string;
                /** @description Any of these values, separated by commas */
                tracking_mode?: string;
                /** @description Any of these values, separated by commas */
                unit_of_measure?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_products_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_products_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_projects: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                customer_id?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                planned_end_date?: string;
                /** @description Any of these values, separated by commas */
                planned_start_date?: string;
                /** @description Any of these values, separated by commas */
                product_id?: string;
                /** @description Any of these values, separated by commas */
                project_number?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                status?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_projects: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProjectCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_projects_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_projects_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProjectUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_projects_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_projects_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProjectUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_projects_id_activate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Activate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_projects_id_archive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Archive"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_projects_id_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Cancel"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_projects_id_complete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Complete"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_projects_id_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Pause"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_projects_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_projects_id_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Resume"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_projects_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_projects_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                customer_id?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                planned_end_date?: string;
                /** @description Any of these values, separated by commas */
                planned_start_date?: string;
                /** @description Any of these values, separated by commas */
                product_id?: string;
                /** @description Any of these values, separated by commas */
                project_number?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                status?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_projects_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_projects_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_roles: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description Any of these values, separated by commas */
                description?: string;
                /** @description Any of these values, separated by commas */
                extends?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_roles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RoleCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_roles_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_roles_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RoleUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_roles_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_roles_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RoleUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_roles_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_roles_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_roles_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description Any of these values, separated by commas */
                description?: string;
                /** @description Any of these values, separated by commas */
                extends?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_roles_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_roles_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_scrap_reasons: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                category?: string;
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrapReasonList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_scrap_reasons: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ScrapReasonCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrapReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_scrap_reasons_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrapReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_scrap_reasons_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ScrapReasonUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrapReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_scrap_reasons_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrapReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_scrap_reasons_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ScrapReasonUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrapReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_scrap_reasons_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrapReason"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_scrap_reasons_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_scrap_reasons_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                category?: string;
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_scrap_reasons_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_scrap_reasons_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_search: {
        parameters: {
            query: {
                /** @description Part of a code or name */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchAnswer"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_shift_handovers: {
        parameters: {
            query?: {
                /** @description true: only acknowledged ones, false: only others */
                acknowledged?: string;
                /** @description Only shifts that began on this day */
                date?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
                /** @description Only this shift */
                shift_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HandoverList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_shifts: {
        parameters: {
            query?: {
                /** @description false: archived ones as well */
                active_only?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_shifts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ShiftCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shift"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_shifts_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shift"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_shifts_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ShiftUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shift"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_shifts_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shift"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_shifts_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ShiftUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shift"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_shifts_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shift"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_shifts_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_shifts_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                break_duration_minutes?: string;
                /** @description Any of these values, separated by commas */
                cycle_first_day?: string;
                /** @description Any of these values, separated by commas */
                cycle_length_days?: string;
                /** @description Any of these values, separated by commas */
                end_time?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Any of these values, separated by commas */
                oee_target_percent?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Any of these values, separated by commas */
                pattern_type?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Any of these values, separated by commas */
                production_target_units?: string;
                /** @description Any of these values, separated by commas */
                quality_target_percent?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                start_time?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_shifts_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_shifts_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_suppliers: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                address?: string;
                /** @description Any of these values, separated by commas */
                contact_name?: string;
                /** @description Any of these values, separated by commas */
                email?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                lead_time_days?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                phone?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SupplierList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_suppliers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SupplierCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Supplier"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_suppliers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Supplier"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_suppliers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SupplierUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Supplier"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_suppliers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Supplier"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_suppliers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SupplierUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Supplier"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_suppliers_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Supplier"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_suppliers_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_suppliers_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                address?: string;
                /** @description Any of these values, separated by commas */
                contact_name?: string;
                /** @description Any of these values, separated by commas */
                email?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                lead_time_days?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                phone?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_suppliers_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_suppliers_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_tag_writes: {
        parameters: {
            query?: {
                /** @description Only this machine */
                machine_id?: string;
                /** @description asked, done, refused, not_sent or unknown */
                outcome?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
                /** @description Only this tag, by its name at the edge */
                tag?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagWriteList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_units: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description Any of these values, separated by commas */
                denominator?: string;
                /** @description Any of these values, separated by commas */
                dimension?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Any of these values, separated by commas */
                numerator?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnitList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_units: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UnitCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unit"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_units_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unit"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_units_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UnitUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unit"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_units_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unit"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_units_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UnitUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unit"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_units_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unit"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_units_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_units_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                code?: string;
                /** @description Any of these values, separated by commas */
                denominator?: string;
                /** @description Any of these values, separated by commas */
                dimension?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Any of these values, separated by commas */
                numerator?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_units_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_units_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_users: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                badge?: string;
                /** @description Any of these values, separated by commas */
                department_id?: string;
                /** @description Any of these values, separated by commas */
                email?: string;
                /** @description Any of these values, separated by commas */
                employee_number?: string;
                /** @description Any of these values, separated by commas */
                hourly_rate?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                language?: string;
                /** @description Any of these values, separated by commas */
                manager_id?: string;
                /** @description Any of these values, separated by commas */
                must_change_password?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                phone?: string;
                /** @description Only what belongs to one of these plants, or all */
                plant_id?: string;
                /** @description Any of these words, separated by commas */
                roles?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UserBody"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Saved"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_users_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_users_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UserBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_users_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_users_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UserBody"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_users_id_reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Saved"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_users_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_users_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_users_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                badge?: string;
                /** @description Any of these values, separated by commas */
                department_id?: string;
                /** @description Any of these values, separated by commas */
                email?: string;
                /** @description Any of these values, separated by commas */
                employee_number?: string;
                /** @description Any of these values, separated by commas */
                hourly_rate?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                language?: string;
                /** @description Any of these values, separated by commas */
                manager_id?: string;
                /** @description Any of these values, separated by commas */
                must_change_password?: string;
                /** @description Any of these values, separated by commas */
                name?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                phone?: string;
                /** @description Only what belongs to one of these plants, or all */
                plant_id?: string;
                /** @description Any of these words, separated by commas */
                roles?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_users_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_users_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_work_orders: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                completed_at?: string;
                /** @description Any of these values, separated by commas */
                due_date?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                lane_id?: string;
                /** @description Any of these values, separated by commas */
                machine_id?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                planned_end?: string;
                /** @description Any of these values, separated by commas */
                planned_start?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Any of these values, separated by commas */
                priority?: string;
                /** @description Any of these values, separated by commas */
                product_id?: string;
                /** @description Any of these values, separated by commas */
                product_name?: string;
                /** @description Any of these values, separated by commas */
                project_id?: string;
                /** @description Any of these values, separated by commas */
                quantity_completed?: string;
                /** @description Any of these values, separated by commas */
                quantity_ordered?: string;
                /** @description Any of these values, separated by commas */
                quantity_rejected?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                started_at?: string;
                /** @description Any of these values, separated by commas */
                started_by?: string;
                /** @description Any of these values, separated by commas */
                status?: string;
                /** @description Any of these values, separated by commas */
                supervisor_id?: string;
                /** @description Any of these values, separated by commas */
                title?: string;
                /** @description Any of these values, separated by commas */
                work_order_number?: string;
                /** @description Any of these values, separated by commas */
                work_order_type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrderList"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_work_orders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkOrderCreate"];
            };
        };
        responses: {
            /** @description Success */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrder"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_work_orders_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrder"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_work_orders_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkOrderUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrder"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_work_orders_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrder"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_work_orders_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkOrderUpdate"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrder"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_work_orders_id_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Cancel2"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrder"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_work_orders_id_complete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MoveWorkOrder"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_work_orders_id_complete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MoveWorkOrder"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_work_orders_id_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MoveWorkOrder"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_work_orders_id_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MoveWorkOrder"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_work_orders_id_release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Release"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrder"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_work_orders_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrder"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_work_orders_id_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MoveWorkOrder"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_work_orders_id_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MoveWorkOrder"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_work_orders_id_start: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MoveWorkOrder"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_work_orders_id_start: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MoveWorkOrder"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkOrderView"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_work_orders_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Bulk"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_work_orders_export: {
        parameters: {
            query?: {
                /** @description Any of these values, separated by commas */
                completed_at?: string;
                /** @description Any of these values, separated by commas */
                due_date?: string;
                /** @description true (default), false for archived ones, or all */
                is_active?: string;
                /** @description Any of these values, separated by commas */
                lane_id?: string;
                /** @description Any of these values, separated by commas */
                machine_id?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Any of these values, separated by commas */
                planned_end?: string;
                /** @description Any of these values, separated by commas */
                planned_start?: string;
                /** @description Only these plants, or all */
                plant_id?: string;
                /** @description Any of these values, separated by commas */
                priority?: string;
                /** @description Any of these values, separated by commas */
                product_id?: string;
                /** @description Any of these values, separated by commas */
                product_name?: string;
                /** @description Any of these values, separated by commas */
                project_id?: string;
                /** @description Any of these values, separated by commas */
                quantity_completed?: string;
                /** @description Any of these values, separated by commas */
                quantity_ordered?: string;
                /** @description Any of these values, separated by commas */
                quantity_rejected?: string;
                /** @description Part of a code or name */
                search?: string;
                /** @description Fields separated by commas; -name for the other direction */
                sort?: string;
                /** @description Any of these values, separated by commas */
                started_at?: string;
                /** @description Any of these values, separated by commas */
                started_by?: string;
                /** @description Any of these values, separated by commas */
                status?: string;
                /** @description Any of these values, separated by commas */
                supervisor_id?: string;
                /** @description Any of these values, separated by commas */
                title?: string;
                /** @description Any of these values, separated by commas */
                work_order_number?: string;
                /** @description Any of these values, separated by commas */
                work_order_type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_work_orders_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Form"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_work_orders_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
}
