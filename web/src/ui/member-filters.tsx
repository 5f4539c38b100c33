/** Search, role and status of the members' list, and its order where there are no heads to press. Used by its page. */
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ROLE_NAMES } from './names.ts';

const FIELD =
  'min-h-9 rounded-sm border border-line-strong bg-raised px-2.5 text-ink coarse:min-h-11 coarse:text-lg';
const TYPING_MILLISECONDS = 250;
/** As much as the API takes. */
const LONGEST_SEARCH = 120;

const STATUSES = [
  { value: '', label: 'Everybody here' },
  { value: 'active', label: 'Active' },
  { value: 'suspended', label: 'Suspended' },
  { value: 'removed', label: 'Removed' },
];
const ORDERS = [
  { value: '', label: 'Name' },
  { value: 'email', label: 'Email' },
  { value: 'last_seen desc', label: 'Last seen' },
  { value: 'created desc', label: 'Newest' },
];

interface MemberFiltersProps {
  search: string;
  role: string;
  status: string;
  /** Sort and direction: `created desc`; empty for by name. */
  order: string;
  roles: readonly (keyof typeof ROLE_NAMES)[];
  onChange: (changed: Partial<Record<'search' | 'role' | 'status' | 'order', string>>) => void;
}

export function MemberFilters({ search, role, status, order, roles, onChange }: MemberFiltersProps) {
  const roleChoices = [
    { value: '', label: 'All roles' },
    ...roles.map((value) => ({ value, label: ROLE_NAMES[value] })),
  ];
  return (
    <search className="flex flex-wrap gap-3">
      <SearchField value={search} onSearch={(words) => onChange({ search: words })} />
      <Choice
        label="Role"
        value={role}
        choices={roleChoices}
        onChoose={(value) => onChange({ role: value })}
      />
      <Choice
        label="Status"
        value={status}
        choices={STATUSES}
        onChoose={(value) => onChange({ status: value })}
      />
      <Choice
        label="Order"
        value={order}
        choices={ORDERS}
        onChoose={(value) => onChange({ order: value })}
        className="sm:hidden"
      />
    </search>
  );
}

function SearchField({ value, onSearch }: { value: string; onSearch: (words: string) => void }) {
  const [words, setWords] = useState(value);
  const [seen, setSeen] = useState(value);
  // The address changed by itself: back, forward, or a link that clears it.
  if (seen !== value) {
    setSeen(value);
    if (words.trim() !== value) setWords(value);
  }
  useEffect(() => {
    if (words.trim() === value) return;
    const timer = setTimeout(() => onSearch(words.trim()), TYPING_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [words, value, onSearch]);
  return (
    <div className="relative min-w-0 flex-1 basis-56">
      <Search
        aria-hidden
        size={16}
        strokeWidth={1.5}
        className="pointer-events-none absolute start-2.5 top-1/2 -translate-y-1/2 text-muted"
      />
      <input
        type="search"
        aria-label="Search members"
        placeholder="Search by name or email"
        maxLength={LONGEST_SEARCH}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        className={`${FIELD} w-full ps-8.5 placeholder:text-muted`}
      />
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  choices: readonly { readonly value: string; readonly label: string }[];
  onChoose: (value: string) => void;
  className?: string;
}

function Choice({ label, value, choices, onChoose, className = '' }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChoose(event.target.value)}
      className={`${FIELD} max-sm:flex-1 ${className}`}
    >
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}
