/** On to another page. */
export function seeOther(location: string, setCookie?: string): Response {
  const headers = {
    Location: location,
    'Cache-Control': 'no-store',
    'Content-Length': '0',
    ...(setCookie !== undefined && { 'Set-Cookie': setCookie }),
  };
  return new Response(null, { status: 303, headers });
}
