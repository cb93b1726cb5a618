using Npgsql;

namespace SupplyApi.Tests.Schema;

/// <summary>All that a database's schema consists of, a line each. Month partitions come and go: left out.</summary>
internal static class Catalog
{
    private const string Lines = """
        with relations as (
          select c.* from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
           where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname not like 'pg_temp%'
             and not (c.relispartition and c.relname ~ '_[0-9]{6}(_|$)')
             and not exists (
               select from pg_index i join pg_class t on t.oid = i.indrelid
                where i.indexrelid = c.oid and t.relispartition and t.relname ~ '_[0-9]{6}(_|$)'))
        select 'relation ' || relname || ' ' || relkind::text || ' ' || relpersistence::text
               || coalesce(' partition by ' || pg_get_partkeydef(oid), '')
               || coalesce(' ' || pg_get_expr(relpartbound, oid), '')
               || case when relrowsecurity then ' row security' else '' end
               || coalesce(' ' || array_to_string(reloptions, ','), '')
          from relations where relkind in ('r', 'p', 'v', 'm', 'S')
        union all
        select 'column ' || r.relname || ' '
               || lpad((row_number() over (partition by r.oid order by a.attnum))::text, 3)
               || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
               || case when a.attnotnull then ' not null' else '' end
               || case a.attidentity when 'a' then ' identity always' when 'd' then ' identity by default' else '' end
               || case when a.attgenerated = 's' then ' generated' else '' end
               || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
          from relations r
          join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
          left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
         where r.relkind in ('r', 'p', 'v', 'm')
        union all
        select 'constraint ' || r.relname || ' ' || c.conname || ' ' || pg_get_constraintdef(c.oid)
          from pg_constraint c join relations r on r.oid = c.conrelid
        union all
        select 'index ' || pg_get_indexdef(oid) from relations where relkind in ('i', 'I')
        union all
        select 'sequence ' || s.sequencename || ' ' || s.data_type::text || ' ' || s.start_value
               || ' ' || s.increment_by
          from pg_sequences s where s.schemaname not in ('pg_catalog', 'information_schema')
        union all
        select 'trigger ' || pg_get_triggerdef(t.oid)
          from pg_trigger t join relations r on r.oid = t.tgrelid where not t.tgisinternal
        union all
        select 'function ' || pg_get_functiondef(p.oid)
          from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname not in ('pg_catalog', 'information_schema') and p.prokind in ('f', 'p')
           and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
        union all
        select 'extension ' || extname from pg_extension
        union all
        select 'comment ' || r.relname || ' ' || d.objsubid || ' ' || d.description
          from pg_description d join relations r on r.oid = d.objoid
        order by 1
        """;

    internal static async Task<IReadOnlyList<string>> ReadAsync(TestDatabase database)
    {
        var lines = new List<string>();
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(Lines, connection);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync()) lines.Add(row.GetString(0));
        return lines;
    }
}
