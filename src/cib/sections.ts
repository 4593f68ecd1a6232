/** The sections of <configuration> of which the owner tag lists the elements, in the order in which they are written. */
export const ownedSections = ['resources', 'constraints', 'alerts'] as const;
