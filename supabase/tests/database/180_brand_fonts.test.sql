-- Fonts of a brand: which there are, and where a resolution tells them.
begin;
\ir ../fixtures/members.sql
select plan(24);

create function pg_temp.resolve() returns jsonb language sql as $$
  select pg_temp.ask_as('{"role": "anon"}', 'select resolve_hostname(''partner-seo.com'')')::jsonb -> 'tenant'
$$;
create function pg_temp.wear(font text) returns text language sql as $$
  select pg_temp.try(format('update tenants set whitelabel_config = %L where tenant_id = ''partner-seo''',
    jsonb_strip_nulls(jsonb_build_object('font', font, 'radius', 3))))
$$;

-- What dispatchers of the first release know is in the brand, any other beside it.
create temp table fonts (font text, expected text);
insert into fonts values
  ('instrument-sans', '{"font": "instrument-sans", "radius": 3} {}'), ('geist', '{"font": "geist", "radius": 3} {}'),
  ('figtree', '{"font": "figtree", "radius": 3} {}'), ('system', '{"font": "system", "radius": 3} {}'), (null, '{"radius": 3} {}'),
  ('inter', '{"radius": 3} {"font": "inter"}'), ('manrope', '{"radius": 3} {"font": "manrope"}'),
  ('dm-sans', '{"radius": 3} {"font": "dm-sans"}'), ('plus-jakarta-sans', '{"radius": 3} {"font": "plus-jakarta-sans"}'),
  ('space-grotesk', '{"radius": 3} {"font": "space-grotesk"}'), ('source-serif-4', '{"radius": 3} {"font": "source-serif-4"}'),
  ('lora', '{"radius": 3} {"font": "lora"}');
create temp table told (font text, said text);
do $$
declare
  each text;
begin
  for each in select fonts.font from fonts loop
    update tenants set whitelabel_config = jsonb_strip_nulls(jsonb_build_object('font', each, 'radius', 3)) where tenant_id = 'partner-seo';
    insert into told values (each, (pg_temp.resolve() ->> 'brand') || ' ' || (pg_temp.resolve() ->> 'brandAdditions'));
  end loop;
end;
$$;
select is(told.said, fonts.expected, 'the font ' || coalesce(fonts.font, 'of nobody''s choice'))
from fonts join told on told.font is not distinct from fonts.font;
select alike(pg_temp.wear(font), '23514:%tenants_whitelabel_config_check"', 'there is no font ' || quote_literal(font))
from unnest(array['comic-sans', 'Inter', '', 'lora ', 'inter;']) as font;
select is(app.is_whitelabel_config(config), false, config::text || ' is no font')
from unnest(array['{"font": 1}', '{"font": null}', '{"font": ["inter"]}', '{"font": {"inter": 1}}']::jsonb[]) as config;

-- Another tenant's brand is what it was.
select is(pg_temp.ask_as('{"role": "anon"}', 'select resolve_hostname(''partner1.cozyartzmedia.com'')')::jsonb #>> '{tenant,brand,font}', 'instrument-sans', 'another tenant wears its own');
select is(pg_temp.ask_as(pg_temp.member('partner-seo', 'client'), format('select app.is_first_font(%L)', '"inter"')) like '42501:%', true, 'nobody calls the helper by itself');
select is(app.is_first_font(null), null, 'no font is neither');

select * from finish();
rollback;
