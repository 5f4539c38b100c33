/**
 * Who may import whom. `npm run check` holds every import of the repository against these rules, and
 * scripts/import-rules.test.ts shows that each of them catches what it is for.
 */
const TESTS = '(\\.test\\.tsx?$|/tests/|/e2e/|/testing[a-z-]*\\.ts$)';
const OURS = '^(contract|worker-dispatcher|worker-tenant|web|supabase|scripts)/';

/** @type {(name: string, comment: string, from: object, to: object) => import('dependency-cruiser').IForbiddenRuleType} */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    // 1. The contract is a leaf.
    forbid(
      'contract-imports-nothing-of-ours',
      'What crosses a wire is known by both sides and knows neither.',
      { path: '^contract/' },
      { path: OURS, pathNot: '^contract/' },
    ),
    forbid(
      'contract-needs-only-zod-and-jose',
      'It runs in Workers, browsers and Node, and does no I/O.',
      { path: '^contract/', pathNot: TESTS },
      { dependencyTypesNot: ['local'], pathNot: 'node_modules/(zod|jose|(@types/)?culori)/' },
    ),
    forbid(
      'colours-have-one-door',
      'The theme is computed in one place, so that what is judged and previewed is what is sent.',
      { path: OURS, pathNot: '^contract/theme\\.ts$' },
      { path: 'node_modules/(@types/)?culori/' },
    ),
    forbid(
      'web-knows-no-tenant-context',
      'The signed context and sealed secrets are between the Workers; a browser must not learn to make one.',
      { path: '^web/' },
      { path: '^contract/(tenant-context|sealed-secret)\\.ts$' },
    ),

    // 2. The parts meet at HTTP.
    forbid(
      'dispatcher-stands-alone',
      'The dispatcher meets tenant Workers and the web at HTTP.',
      { path: '^worker-dispatcher/', pathNot: TESTS },
      { path: OURS, pathNot: '^(worker-dispatcher|contract)/' },
    ),
    forbid(
      'tenant-worker-stands-alone',
      'Tenant Workers meet the dispatcher and the web at HTTP; of the database they know the generated types.',
      { path: '^worker-tenant/', pathNot: TESTS },
      { path: OURS, pathNot: '^(worker-tenant|contract)/|^supabase/database\\.types\\.ts$' },
    ),
    forbid(
      'web-stands-alone',
      'The web is a client: it knows the contract and nothing behind it.',
      { path: '^web/', pathNot: TESTS },
      { path: OURS, pathNot: '^(web|contract)/' },
    ),
    forbid(
      'scripts-reach-into-no-part',
      'Scripts start the parts and speak to them; they share the contract alone.',
      { path: '^scripts/', pathNot: TESTS },
      { path: '^(worker-dispatcher|worker-tenant|web)/', pathNot: TESTS },
    ),
    forbid(
      'tests-are-imported-by-tests-only',
      'What is made for tests is no part of the product.',
      { path: '^(contract|worker-dispatcher|worker-tenant|web)/', pathNot: TESTS },
      { path: TESTS, pathNot: 'node_modules' },
    ),

    // 3. A tenant Worker's layers: index → app → middleware, routes → auth, brand, data, domains → contract.
    forbid(
      'nothing-imports-the-entry',
      'index.ts and jobs.ts are where a Worker begins.',
      { path: '^worker-(tenant|dispatcher)/src/', pathNot: TESTS },
      { path: '^worker-(tenant|dispatcher)/src/(index|jobs)\\.ts$' },
    ),
    forbid(
      'layers-never-import-the-app',
      'app.ts puts the layers together; they do not know it.',
      { path: '^worker-tenant/src/', pathNot: `${TESTS}|^worker-tenant/src/index\\.ts$` },
      { path: '^worker-tenant/src/app\\.ts$' },
    ),
    forbid(
      'routes-never-import-routes',
      'A route is understood from one file; what two share is a layer below.',
      { path: '^worker-tenant/src/routes/', pathNot: TESTS },
      { path: '^worker-tenant/src/routes/' },
    ),
    forbid(
      'middleware-never-imports-routes',
      'Middleware runs before any route and for all of them.',
      { path: '^worker-tenant/src/middleware/', pathNot: TESTS },
      { path: '^worker-tenant/src/routes/' },
    ),
    forbid(
      'lower-layers-never-look-up',
      'auth, brand, data and domains serve routes and jobs alike.',
      { path: '^worker-tenant/src/(auth|brand|data|domains|mail)/', pathNot: TESTS },
      { path: '^worker-tenant/src/(app\\.ts$|middleware/|routes/)' },
    ),
    forbid(
      'lower-layers-know-no-http-framework',
      'auth, brand, data and domains take values and answer values.',
      { path: '^worker-tenant/src/(auth|brand|data|domains|mail)/', pathNot: TESTS },
      { path: 'node_modules/(hono|@hono)/' },
    ),
    forbid(
      'mails-are-written-by-jobs',
      'Tenant Workers write rows; what draws a mail (React and all) is no weight of theirs.',
      { path: '^worker-tenant/src/', pathNot: `${TESTS}|^worker-tenant/src/(jobs\\.ts$|mail/)` },
      { path: '^worker-tenant/src/mail/|node_modules/(react|react-dom|@react-email)/' },
    ),
    forbid(
      'jobs-answer-no-requests',
      'jobs → mail → data, domains → contract: cron, queues and webhooks have no visitor.',
      { path: '^worker-tenant/src/jobs\\.ts$' },
      { path: '^worker-tenant/src/(app\\.ts$|middleware/|routes/|auth/)|node_modules/(hono|@hono)/' },
    ),

    // 4. The web's layers: routes → layouts, pages → api, ui → contract.
    forbid(
      'pages-never-import-pages',
      'A page is one file; what two share is in ui or api.',
      { path: '^web/src/pages/', pathNot: TESTS },
      { path: '^web/src/pages/' },
    ),
    forbid(
      'pages-know-no-layout-and-layouts-no-page',
      'routes.tsx puts pages into layouts.',
      { path: '^web/src/(pages|layouts)/', pathNot: TESTS },
      { path: '^web/src/($1|pages|layouts)/', pathNot: '^web/src/$1/' },
    ),
    forbid(
      'ui-knows-no-api',
      'ui draws what it is given.',
      { path: '^web/src/ui/', pathNot: TESTS },
      { path: '^web/src/(api|pages|layouts)/|^web/src/routes\\.tsx$' },
    ),
    forbid(
      'api-draws-nothing',
      'api asks and remembers; it knows no component.',
      { path: '^web/src/api/', pathNot: TESTS },
      { path: '^web/src/(ui|pages|layouts)/|^web/src/routes\\.tsx$' },
    ),

    // 5. Each outside system has one door.
    forbid(
      'codecs-have-one-door-each',
      'What decodes pictures is given nothing but what was read before it.',
      { path: OURS, pathNot: `${TESTS}|^worker-tenant/src/brand/(photon|libwebp|png-file)\\.ts$` },
      { path: 'node_modules/(@cf-wasm|@jsquash|fflate)/' },
    ),
    forbid(
      'arctic-has-one-door',
      'The library is final and will be replaced: one file knows it.',
      { path: OURS, pathNot: `${TESTS}|^worker-tenant/src/auth/oauth-providers\\.ts$` },
      { path: 'node_modules/arctic/' },
    ),
    forbid(
      'supabase-js-has-one-door-per-worker',
      'Whoever holds a client holds a token: there is one place where it is made.',
      {
        path: '^(contract|worker-dispatcher|worker-tenant|web)/',
        pathNot: `${TESTS}|^worker-tenant/src/data/supabase\\.ts$|^worker-dispatcher/src/tenant-directory\\.ts$`,
      },
      { path: 'node_modules/@supabase/supabase-js/' },
    ),

    // And always.
    forbid(
      'no-circle',
      'Two files that need each other at run time are one file, or three.',
      { path: OURS },
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid(
      'no-dangling-import',
      'An import that resolves to nothing.',
      { path: OURS },
      { couldNotResolve: true, pathNot: '^(cloudflare:|virtual:)' },
    ),
    forbid(
      'product-runs-on-dependencies',
      'What is deployed may need nothing that is installed for development only.',
      { path: '^(contract|worker-dispatcher|worker-tenant|web)/', pathNot: TESTS },
      {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        pathNot: 'node_modules/(@types|@cloudflare/workers-types|tailwindcss)/',
      },
    ),
  ],
  options: {
    // TypeScript 7 has no API that dependency-cruiser could parse with.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.d\\.ts$|\\.css$|\\.svg$' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'workerd', 'default'],
    },
    skipAnalysisNotInRules: true,
  },
};
