/** An address as people may see it. */
export const withoutPassword = (url: string): string => url.replace(/\/\/[^/@]*@/, '//');
