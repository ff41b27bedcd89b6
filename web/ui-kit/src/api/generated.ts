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
        /** Reasons to choose from */
        get: operations["get_downtime_reasons"];
        put?: never;
        post?: never;
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
        post?: never;
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
    "/api/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Roles that people can have */
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
    "/api/v1/roles/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a page must know to show roles */
        get: operations["get_roles_form"];
        put?: never;
        post?: never;
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
    "/api/v1/users/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a page must know to show people */
        get: operations["get_users_form"];
        put?: never;
        post?: never;
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
        /** Work orders */
        get: operations["get_work_orders"];
        put?: never;
        post?: never;
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
        /** A work order, by id or number */
        get: operations["get_work_orders_id"];
        put?: never;
        post?: never;
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
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
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
        /** @description Body of a change of password. */
        ChangePassword: {
            current_password: string;
            /** @description 10 characters or more; not the e-mail, the name or the old one. */
            new_password: string;
        };
        /** @description One wrong field. */
        Detail: {
            field: string;
            message: string;
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
        /** @description A stop (API-23). */
        DowntimeView: {
            classified_by?: components["schemas"]["Person"] | null;
            downtime_reason: string;
            /**
             * Format: double
             * @description Minutes so far, or in all.
             */
            duration_minutes: number;
            /** Format: date-time */
            ended_at?: string | null;
            id: string;
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
        /** @description The body of every answer that is no success. */
        ErrorBody: {
            /** @description The record as it is now, where another changed it meanwhile. */
            current?: unknown;
            /** @description The wrong fields of a validation failure. */
            details?: components["schemas"]["Detail"][];
            /** @description What did not happen. */
            error: string;
            /** @description Why, and what to do. */
            reason?: string | null;
        };
        /** @description A record is named by its id, its UUID or its number (Q-132). */
        Key: number | string;
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
            /**
             * Format: uuid
             * @description Made by the client so that a repeated call logs once; the server makes one where missing.
             * @default null
             */
            uuid: string | null;
            work_order_id: components["schemas"]["Key"];
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
            /** @description What a supervisor should look at, such as "running without work order". */
            flags: string[];
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
        OrganizationView: {
            name: string;
            subdomain: string;
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
        /** @description A person as other records mention one. */
        Person: {
            /** Format: int64 */
            id: number;
            name: string;
        };
        /** @description A plant as other records mention one. */
        PlantRef: {
            /** Format: int64 */
            id: number;
            name: string;
        };
        /** @description A plant as people choose one. */
        PlantView: {
            /** Format: int64 */
            id: number;
            name: string;
            /** @description IANA zone of its shifts and days. */
            timezone: string;
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
            /** Format: uuid */
            uuid: string;
            /** Format: int64 */
            work_order_id: number;
            work_order_number: string;
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
        ReadOnly: {
            error: string;
            reason: string;
        };
        /** @description The reasons of an organisation. */
        ReasonList: {
            downtime_reasons: components["schemas"]["ReasonView"][];
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            /** Format: uint64 */
            total: number;
        };
        /** @description Why a machine stands. */
        ReasonView: {
            category: string;
            code: string;
            /** Format: int64 */
            id: number;
            is_critical: boolean;
            is_planned: boolean;
            name: string;
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
        RoleBody: {
            /** @description Only when it is made. */
            code?: string | null;
            description?: string | null;
            /** @description Code of a built-in role that it adds to. */
            extends?: string | null;
            /** @description Permissions such as `materials:write`. */
            grants?: string[] | null;
            name?: string | null;
            /** Format: int64 */
            version?: number | null;
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
        /** @description A role as people choose one. */
        RoleView: {
            allowed_actions: components["schemas"]["AllowedAction"][];
            code: string;
            /** Format: date-time */
            created_at?: string | null;
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
            email: string;
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
        /** @description Body of a change of plant. */
        SwitchPlant: {
            /** Format: int64 */
            plant_id: number;
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
            email?: string | null;
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
            email: string;
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
        /** @description One page of work orders. */
        WorkOrderList: {
            /** Format: uint32 */
            page: number;
            /** Format: uint32 */
            per_page: number;
            /** Format: uint64 */
            total: number;
            work_orders: components["schemas"]["WorkOrderView"][];
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
                /** @description true, false or all; true when left out */
                is_active?: string;
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
                    "application/json": components["schemas"]["ReasonList"];
                };
            };
            /** @description Refused */
            default: {
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
    get_machines: {
        parameters: {
            query?: {
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
                /** @description Part of code or name */
                search?: string;
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
    get_roles: {
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
                "application/json": components["schemas"]["RoleBody"];
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
                "application/json": components["schemas"]["RoleBody"];
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
                "application/json": components["schemas"]["RoleBody"];
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
    get_users: {
        parameters: {
            query?: {
                /** @description Exactly this badge */
                badge?: string;
                /** @description Exactly this e-mail */
                email?: string;
                /** @description true, false or all; true when left out */
                is_active?: string;
                /** @description Who is led by one of these */
                manager_id?: string;
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Who reaches one of these plants */
                plant_id?: string;
                /** @description Code of a role; several with commas */
                roles?: string;
                /** @description Part of name, e-mail or badge */
                search?: string;
                /** @description name, email, created_at or updated_at; - in front falls; several with commas */
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
    get_work_orders: {
        parameters: {
            query?: {
                /** @description Page, from 1 */
                page?: string;
                /** @description Entries of a page, 1 to 100; 50 when left out */
                per_page?: string;
                /** @description Only this plant; all for every plant you reach; the chosen one when left out */
                plant_id?: string;
                /** @description One or more statuses, separated by commas */
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
}
