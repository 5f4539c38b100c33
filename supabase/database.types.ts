// Generated from the migrations by `npm run types`. Do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  public: {
    Tables: {
      audit_log: {
        Row: {
          action: string;
          actor_id: string | null;
          actor_tenant_id: string | null;
          created_at: string;
          details: NonNullable<Json>;
          id: string;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          action: string;
          actor_id?: string | null;
          actor_tenant_id?: string | null;
          created_at?: string;
          details?: NonNullable<Json>;
          id?: string;
          tenant_id: string;
        };
        Update: {
          action?: string;
          actor_id?: string | null;
          actor_tenant_id?: string | null;
          created_at?: string;
          details?: NonNullable<Json>;
          id?: string;
          tenant_id?: string;
        };
        Relationships: [];
      };
      brand_drafts: {
        Row: {
          based_on: number;
          config: Json | null;
          revision: number;
          tenant_id: string;
          updated_at: string;
          updated_by: string | null;
        };
        ComputedFields: never;
        Insert: {
          based_on: number;
          config?: Json | null;
          revision: number;
          tenant_id: string;
          updated_at?: string;
          updated_by?: string | null;
        };
        Update: {
          based_on?: number;
          config?: Json | null;
          revision?: number;
          tenant_id?: string;
          updated_at?: string;
          updated_by?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: 'brand_drafts_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: true;
            referencedRelation: 'tenants';
            referencedColumns: ['tenant_id'];
          },
        ];
      };
      brand_images: {
        Row: {
          bytes: number;
          created_at: string;
          hash: string;
          height: number;
          slot: string;
          tenant_id: string;
          uploaded_by: string | null;
          width: number;
        };
        ComputedFields: never;
        Insert: {
          bytes: number;
          created_at?: string;
          hash: string;
          height: number;
          slot: string;
          tenant_id: string;
          uploaded_by?: string | null;
          width: number;
        };
        Update: {
          bytes?: number;
          created_at?: string;
          hash?: string;
          height?: number;
          slot?: string;
          tenant_id?: string;
          uploaded_by?: string | null;
          width?: number;
        };
        Relationships: [
          {
            foreignKeyName: 'brand_images_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['tenant_id'];
          },
        ];
      };
      brand_versions: {
        Row: {
          config: NonNullable<Json>;
          note: string | null;
          number: number;
          published_at: string;
          published_by: string | null;
          restored_from: number | null;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          config: NonNullable<Json>;
          note?: string | null;
          number: number;
          published_at?: string;
          published_by?: string | null;
          restored_from?: number | null;
          tenant_id: string;
        };
        Update: {
          config?: NonNullable<Json>;
          note?: string | null;
          number?: number;
          published_at?: string;
          published_by?: string | null;
          restored_from?: number | null;
          tenant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'brand_versions_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['tenant_id'];
          },
        ];
      };
      identities: {
        Row: {
          email: string | null;
          last_used_at: string | null;
          linked_at: string;
          member_id: string;
          provider: string;
          subject: string;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          email?: string | null;
          last_used_at?: string | null;
          linked_at?: string;
          member_id: string;
          provider: string;
          subject: string;
          tenant_id: string;
        };
        Update: {
          email?: string | null;
          last_used_at?: string | null;
          linked_at?: string;
          member_id?: string;
          provider?: string;
          subject?: string;
          tenant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'identities_tenant_id_member_id_fkey';
            columns: ['tenant_id', 'member_id'];
            isOneToOne: false;
            referencedRelation: 'profiles';
            referencedColumns: ['tenant_id', 'id'];
          },
        ];
      };
      invitations: {
        Row: {
          accepted_at: string | null;
          accepted_by: string | null;
          created_at: string;
          email: string;
          expires_at: string;
          id: string;
          invited_by: string | null;
          revoked_at: string | null;
          sent_at: string;
          sent_count: number;
          tenant_id: string;
          tenant_role: string;
        };
        ComputedFields: never;
        Insert: {
          accepted_at?: string | null;
          accepted_by?: string | null;
          created_at?: string;
          email: string;
          expires_at?: string;
          id?: string;
          invited_by?: string | null;
          revoked_at?: string | null;
          sent_at?: string;
          sent_count?: number;
          tenant_id: string;
          tenant_role?: string;
        };
        Update: {
          accepted_at?: string | null;
          accepted_by?: string | null;
          created_at?: string;
          email?: string;
          expires_at?: string;
          id?: string;
          invited_by?: string | null;
          revoked_at?: string | null;
          sent_at?: string;
          sent_count?: number;
          tenant_id?: string;
          tenant_role?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'invitations_tenant_id_accepted_by_fkey';
            columns: ['tenant_id', 'accepted_by'];
            isOneToOne: false;
            referencedRelation: 'profiles';
            referencedColumns: ['tenant_id', 'id'];
          },
          {
            foreignKeyName: 'invitations_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['tenant_id'];
          },
          {
            foreignKeyName: 'invitations_tenant_id_invited_by_fkey';
            columns: ['tenant_id', 'invited_by'];
            isOneToOne: false;
            referencedRelation: 'profiles';
            referencedColumns: ['tenant_id', 'id'];
          },
        ];
      };
      mails: {
        Row: {
          attempts: number;
          created_at: string;
          due_at: string;
          error: string | null;
          finished_at: string | null;
          id: string;
          invitation_id: string;
          kind: string;
          recipient: string;
          state: string;
          tenant_id: string;
        };
        ComputedFields: never;
        Insert: {
          attempts?: number;
          created_at?: string;
          due_at?: string;
          error?: string | null;
          finished_at?: string | null;
          id?: string;
          invitation_id: string;
          kind?: string;
          recipient: string;
          state?: string;
          tenant_id: string;
        };
        Update: {
          attempts?: number;
          created_at?: string;
          due_at?: string;
          error?: string | null;
          finished_at?: string | null;
          id?: string;
          invitation_id?: string;
          kind?: string;
          recipient?: string;
          state?: string;
          tenant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'mails_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['tenant_id'];
          },
          {
            foreignKeyName: 'mails_tenant_id_invitation_id_fkey';
            columns: ['tenant_id', 'invitation_id'];
            isOneToOne: false;
            referencedRelation: 'invitations';
            referencedColumns: ['tenant_id', 'id'];
          },
        ];
      };
      profiles: {
        Row: {
          avatar_url: string | null;
          created_at: string;
          email: string | null;
          id: string;
          name: string | null;
          status: string;
          tenant_id: string;
          tenant_permissions: NonNullable<Json>;
          tenant_role: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          avatar_url?: string | null;
          created_at?: string;
          email?: string | null;
          id?: string;
          name?: string | null;
          status?: string;
          tenant_id: string;
          tenant_permissions?: NonNullable<Json>;
          tenant_role?: string;
          updated_at?: string;
        };
        Update: {
          avatar_url?: string | null;
          created_at?: string;
          email?: string | null;
          id?: string;
          name?: string | null;
          status?: string;
          tenant_id?: string;
          tenant_permissions?: NonNullable<Json>;
          tenant_role?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'profiles_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['tenant_id'];
          },
        ];
      };
      sessions: {
        Row: {
          absolute_expires_at: string;
          address: string | null;
          created_at: string;
          hostname: string;
          id: string;
          idle_expires_at: string;
          last_seen_at: string;
          location: string | null;
          member_id: string;
          provider: string;
          revoked_at: string | null;
          tenant_id: string;
          user_agent: string | null;
        };
        ComputedFields: never;
        Insert: {
          absolute_expires_at?: string;
          address?: string | null;
          created_at?: string;
          hostname: string;
          id?: string;
          idle_expires_at?: string;
          last_seen_at?: string;
          location?: string | null;
          member_id: string;
          provider: string;
          revoked_at?: string | null;
          tenant_id: string;
          user_agent?: string | null;
        };
        Update: {
          absolute_expires_at?: string;
          address?: string | null;
          created_at?: string;
          hostname?: string;
          id?: string;
          idle_expires_at?: string;
          last_seen_at?: string;
          location?: string | null;
          member_id?: string;
          provider?: string;
          revoked_at?: string | null;
          tenant_id?: string;
          user_agent?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: 'sessions_tenant_id_member_id_fkey';
            columns: ['tenant_id', 'member_id'];
            isOneToOne: false;
            referencedRelation: 'profiles';
            referencedColumns: ['tenant_id', 'id'];
          },
        ];
      };
      sign_in_flows: {
        Row: {
          address_hash: string;
          browser_hash: string;
          code_verifier: string;
          created_at: string;
          expires_at: string;
          hostname: string;
          link_session_id: string | null;
          next_path: string;
          nonce: string;
          provider: string;
          state_hash: string;
          tenant_id: string;
          test_revision: string | null;
          test_session_id: string | null;
        };
        ComputedFields: never;
        Insert: {
          address_hash: string;
          browser_hash: string;
          code_verifier: string;
          created_at?: string;
          expires_at?: string;
          hostname: string;
          link_session_id?: string | null;
          next_path: string;
          nonce: string;
          provider: string;
          state_hash: string;
          tenant_id: string;
          test_revision?: string | null;
          test_session_id?: string | null;
        };
        Update: {
          address_hash?: string;
          browser_hash?: string;
          code_verifier?: string;
          created_at?: string;
          expires_at?: string;
          hostname?: string;
          link_session_id?: string | null;
          next_path?: string;
          nonce?: string;
          provider?: string;
          state_hash?: string;
          tenant_id?: string;
          test_revision?: string | null;
          test_session_id?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: 'sign_in_flows_tenant_id_hostname_fkey';
            columns: ['tenant_id', 'hostname'];
            isOneToOne: false;
            referencedRelation: 'tenant_domains';
            referencedColumns: ['tenant_id', 'domain'];
          },
          {
            foreignKeyName: 'sign_in_flows_tenant_id_link_session_id_fkey';
            columns: ['tenant_id', 'link_session_id'];
            isOneToOne: false;
            referencedRelation: 'sessions';
            referencedColumns: ['tenant_id', 'id'];
          },
          {
            foreignKeyName: 'sign_in_flows_tenant_id_test_session_id_fkey';
            columns: ['tenant_id', 'test_session_id'];
            isOneToOne: false;
            referencedRelation: 'sessions';
            referencedColumns: ['tenant_id', 'id'];
          },
        ];
      };
      tenant_domains: {
        Row: {
          created_at: string;
          dns_configured: boolean;
          domain: string;
          domain_type: string;
          ssl_status: string;
          tenant_id: string;
          updated_at: string;
          verification_method: string;
          verification_token: string | null;
          verified_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          dns_configured?: boolean;
          domain: string;
          domain_type: string;
          ssl_status?: string;
          tenant_id: string;
          updated_at?: string;
          verification_method: string;
          verification_token?: string | null;
          verified_at?: string | null;
        };
        Update: {
          created_at?: string;
          dns_configured?: boolean;
          domain?: string;
          domain_type?: string;
          ssl_status?: string;
          tenant_id?: string;
          updated_at?: string;
          verification_method?: string;
          verification_token?: string | null;
          verified_at?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: 'tenant_domains_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['tenant_id'];
          },
        ];
      };
      tenant_oauth_clients: {
        Row: {
          client_id: string;
          created_at: string;
          enabled: boolean;
          hostname: string;
          key_id: string;
          provider: string;
          revision: string;
          sealed_secret: NonNullable<Json>;
          tenant_id: string;
          tested_at: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          client_id: string;
          created_at?: string;
          enabled?: boolean;
          hostname: string;
          key_id?: never;
          provider: string;
          revision?: string;
          sealed_secret: NonNullable<Json>;
          tenant_id: string;
          tested_at?: string | null;
          updated_at?: string;
        };
        Update: {
          client_id?: string;
          created_at?: string;
          enabled?: boolean;
          hostname?: string;
          key_id?: never;
          provider?: string;
          revision?: string;
          sealed_secret?: NonNullable<Json>;
          tenant_id?: string;
          tested_at?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'tenant_oauth_clients_tenant_id_hostname_fkey';
            columns: ['tenant_id', 'hostname'];
            isOneToOne: false;
            referencedRelation: 'tenant_domains';
            referencedColumns: ['tenant_id', 'domain'];
          },
        ];
      };
      tenant_usage: {
        Row: {
          created_at: string;
          id: string;
          period_start: string | null;
          tenant_id: string;
          updated_at: string;
          usage_count: number;
          usage_limit: number | null;
          usage_type: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          id?: string;
          period_start?: string | null;
          tenant_id: string;
          updated_at?: string;
          usage_count?: number;
          usage_limit?: number | null;
          usage_type: string;
        };
        Update: {
          created_at?: string;
          id?: string;
          period_start?: string | null;
          tenant_id?: string;
          updated_at?: string;
          usage_count?: number;
          usage_limit?: number | null;
          usage_type?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'tenant_usage_tenant_id_fkey';
            columns: ['tenant_id'];
            isOneToOne: false;
            referencedRelation: 'tenants';
            referencedColumns: ['tenant_id'];
          },
        ];
      };
      tenants: {
        Row: {
          brand_assets: NonNullable<Json>;
          brand_assets_of: string | null;
          created_at: string;
          domain: string;
          name: string;
          sign_up: string;
          sign_up_domains: string[];
          status: string;
          subscription_tier: string;
          tenant_id: string;
          type: string;
          updated_at: string;
          version: number;
          whitelabel_config: NonNullable<Json>;
          worker: string;
        };
        ComputedFields: never;
        Insert: {
          brand_assets?: NonNullable<Json>;
          brand_assets_of?: string | null;
          created_at?: string;
          domain: string;
          name: string;
          sign_up?: string;
          sign_up_domains?: string[];
          status?: string;
          subscription_tier?: string;
          tenant_id: string;
          type: string;
          updated_at?: string;
          version: number;
          whitelabel_config?: NonNullable<Json>;
          worker: string;
        };
        Update: {
          brand_assets?: NonNullable<Json>;
          brand_assets_of?: string | null;
          created_at?: string;
          domain?: string;
          name?: string;
          sign_up?: string;
          sign_up_domains?: string[];
          status?: string;
          subscription_tier?: string;
          tenant_id?: string;
          type?: string;
          updated_at?: string;
          version?: number;
          whitelabel_config?: NonNullable<Json>;
          worker?: string;
        };
        Relationships: [];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      add_brand_image: {
        Args: { p_bytes: number; p_hash: string; p_height: number; p_slot: string; p_width: number };
        Returns: Json;
      };
      admin_list_tenants: { Args: { p_cursor?: string; p_limit?: number }; Returns: Json };
      admin_set_tenant_status: { Args: { p_status: string; p_tenant_id: string }; Returns: Json };
      check_session: { Args: Record<PropertyKey, never>; Returns: boolean };
      claim_mails: { Args: { p_limit?: number }; Returns: Json };
      complete_sign_in: {
        Args: {
          p_address?: string;
          p_avatar_url?: string;
          p_email?: string;
          p_email_verified?: boolean;
          p_location?: string;
          p_name?: string;
          p_provider: string;
          p_replaces_session_id?: string;
          p_subject: string;
          p_user_agent?: string;
        };
        Returns: Json;
      };
      consume_oauth_client_test: { Args: { p_state_hash: string }; Returns: Json };
      consume_sign_in_flow: { Args: { p_state_hash: string }; Returns: Json };
      delete_oauth_client: { Args: { p_hostname: string; p_provider: string }; Returns: undefined };
      discard_brand_draft: { Args: { p_revision: number }; Returns: Json };
      finish_mail: {
        Args: { p_attempt: number; p_error?: string; p_mail_id: string; p_outcome: string };
        Returns: string;
      };
      get_brand_version: { Args: { p_number: number }; Returns: Json };
      get_branding: { Args: Record<PropertyKey, never>; Returns: Json };
      get_me: { Args: Record<PropertyKey, never>; Returns: Json };
      get_member: { Args: { p_member_id: string }; Returns: Json };
      get_oauth_client: { Args: { p_provider: string }; Returns: Json };
      get_setup: { Args: Record<PropertyKey, never>; Returns: Json };
      get_sign_up: { Args: Record<PropertyKey, never>; Returns: Json };
      get_usage: { Args: Record<PropertyKey, never>; Returns: Json };
      import_invitations: { Args: { p_emails: string[]; p_roles: string[] }; Returns: Json };
      invite: { Args: { p_email: string; p_role: string }; Returns: string };
      link_identity: {
        Args: { p_email?: string; p_link_session_id: string; p_provider: string; p_subject: string };
        Returns: Json;
      };
      list_brand_versions: { Args: { p_before?: number; p_limit?: number }; Returns: Json };
      list_invitations: {
        Args: { p_after_created_at?: string; p_after_id?: string; p_limit?: number; p_state?: string };
        Returns: Json;
      };
      list_members: {
        Args: {
          p_after_id?: string;
          p_after_value?: string;
          p_descending?: boolean;
          p_limit?: number;
          p_role?: string;
          p_search?: string;
          p_sort?: string;
          p_status?: string;
        };
        Returns: Json;
      };
      list_oauth_clients: { Args: Record<PropertyKey, never>; Returns: Json };
      publish_brand: {
        Args: { p_assets?: Json; p_expected_number: number; p_note?: string; p_revision: number };
        Returns: Json;
      };
      purge_expired: { Args: Record<PropertyKey, never>; Returns: Json };
      record_oauth_client_test: {
        Args: { p_provider: string; p_revision: string; p_session_id: string };
        Returns: boolean;
      };
      remove_member: { Args: { p_member_id: string }; Returns: Json };
      renew_session: { Args: Record<PropertyKey, never>; Returns: Json };
      resend_invitation: { Args: { p_invitation_id: string }; Returns: boolean };
      resolve_hostname: { Args: { p_hostname: string }; Returns: Json };
      restore_brand_version: {
        Args: { p_assets?: Json; p_expected_number: number; p_note?: string; p_number: number };
        Returns: Json;
      };
      revoke_all_sessions: { Args: Record<PropertyKey, never>; Returns: number };
      revoke_invitation: { Args: { p_invitation_id: string }; Returns: boolean };
      revoke_session: { Args: { p_session_id: string }; Returns: boolean };
      save_brand_draft: { Args: { p_based_on: number; p_config: Json; p_revision: number }; Returns: Json };
      save_oauth_client: {
        Args: { p_client_id: string; p_hostname: string; p_provider: string; p_sealed_secret: string };
        Returns: undefined;
      };
      set_sign_up: { Args: { p_domains: string[]; p_policy: string }; Returns: Json };
      start_oauth_client_test: {
        Args: {
          p_address_hash: string;
          p_browser_hash: string;
          p_code_verifier: string;
          p_nonce: string;
          p_provider: string;
          p_state_hash: string;
        };
        Returns: string;
      };
      start_sign_in_flow: {
        Args: {
          p_address_hash: string;
          p_browser_hash: string;
          p_code_verifier: string;
          p_link_session_id?: string;
          p_next_path: string;
          p_nonce: string;
          p_provider: string;
          p_state_hash: string;
        };
        Returns: undefined;
      };
      switch_oauth_client: {
        Args: { p_enabled: boolean; p_hostname: string; p_provider: string };
        Returns: undefined;
      };
      update_member: {
        Args: { p_member_id: string; p_permissions?: string; p_role?: string; p_status?: string };
        Returns: Json;
      };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
      Row: infer R;
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    ? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R;
      }
      ? R
      : never
    : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema['Tables']
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Insert: infer I;
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I;
      }
      ? I
      : never
    : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema['Tables']
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Update: infer U;
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U;
      }
      ? U
      : never
    : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema['Enums']
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
    ? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
    : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema['CompositeTypes']
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
    ? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
    : never;

export const Constants = {
  public: {
    Enums: {},
  },
} as const;
