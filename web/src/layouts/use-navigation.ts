/** The places that the signed-in member may go to. Used by the rail, the sheet and the palette. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { may } from '../api/permissions.ts';
import { meQuery } from '../api/queries.ts';
import { type DestinationGroup, NAVIGATION } from './navigation.ts';

export function useNavigation(): readonly DestinationGroup[] {
  const { member } = useSuspenseQuery(meQuery).data;
  return NAVIGATION.map((group) => ({
    ...group,
    items: group.items.filter(({ permission }) => permission === undefined || may(member, permission)),
  })).filter(({ items }) => items.length > 0);
}
